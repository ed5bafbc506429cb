import math

import pytest

from harness.comparison import CounterChange, StatementChange
from reports.comparison_views import (
    improvements,
    judgement_views,
    metric_summaries,
    offenders,
    operation_views,
    package_differences,
    rewritten,
    unanswered,
    undecided,
)
from tests.reports.synthetic_comparison import (
    KINDS,
    NAMES,
    build,
    comparison,
    counted,
    improvement,
    judgement,
    more_sql,
    regression,
    slower,
    wrong,
)


def names(views: list) -> list[str]:
    return [view.name for view in views]


def test_an_operation_has_what_all_lanes_say_of_it_and_a_lane_as_a_whole_comes_last() -> None:
    result = comparison(
        judgements=(judgement(None, "reached_rate", lane="load"), judgement("b"), judgement("a"), judgement("b")),
        exact=(counted("c"), counted("b")),
    )
    views = operation_views(result)
    assert names(views) == ["c", "b", "a", "all operations together"]
    assert [len(view.judgements) for view in views] == [0, 2, 1, 1]
    assert [view.exact is None for view in views] == [False, False, True, True]


def test_wrong_answers_come_before_any_slow_down_and_the_largest_slow_down_before_small_ones() -> None:
    result = comparison(
        judgements=(
            slower("small"),
            judgement("wrong", verdict="wrong"),
            slower("large", effect_ratio=3.0),
            slower("fewer", "reached_rate", lane="load", effect_ratio=0.2),
            judgement("fine"),
        ),
        exact=(more_sql("counted"),),
    )
    assert names(offenders(operation_views(result))) == ["wrong", "fewer", "large", "small", "counted"]


def test_what_got_better_in_one_thing_and_worse_in_another_got_worse() -> None:
    views = operation_views(
        comparison(judgements=(judgement("a", verdict="improvement"), slower("a", "service_time")))
    )
    assert names(offenders(views)) == ["a"]
    assert improvements(views) == []


def test_an_improvement_is_found() -> None:
    assert names(improvements(operation_views(improvement()))) == [NAMES[2]]


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, False),
        ({"statements": (StatementChange("kept", 1, "SELECT"),)}, False),
        ({"statements": (StatementChange("added", 1, "SELECT"),)}, True),
        ({"counters": (CounterChange("request_bytes", 400, 401),)}, True),
        ({"counters": (CounterChange("commits", 1, 2),), "verdict": "regression"}, False),
    ],
)
def test_a_change_that_decides_nothing_is_shown_all_the_same(changes: dict, shown: bool) -> None:
    assert bool(rewritten(operation_views(comparison(exact=(counted("a", **changes),))))) is shown


def test_what_stands_with_the_offenders_is_not_told_again_as_undecided() -> None:
    assert undecided(operation_views(regression())) == []
    assert {one.operation for one in undecided(operation_views(KINDS["inconclusive"]()))} == set(NAMES[:2])


def test_an_invalid_lane_is_one_group_with_its_reason() -> None:
    ((lane, reason), group) = next(iter(unanswered(KINDS["inconclusive"]().judgements).items()))
    assert lane == "load"
    assert reason.startswith("the generator was the bottleneck")
    assert len(group) == 3


def test_a_question_knows_the_smallest_and_the_largest_change_that_it_would_have_caught() -> None:
    question, other = metric_summaries(
        (
            judgement("a", smallest_detectable_ratio=1.02),
            judgement("b", smallest_detectable_ratio=1.04),
            judgement("c", smallest_detectable_ratio=None),
            slower("d", smallest_detectable_ratio=1.5),
            judgement("a", "service_time", smallest_detectable_ratio=None),
        )
    )
    assert question.verdicts == {"same": 3, "regression": 1}
    assert question.least_detectable is not None
    assert question.most_detectable is not None
    assert (question.least_detectable.operation, question.most_detectable.operation) == ("a", "b")
    assert other.least_detectable is other.most_detectable is None


def test_a_rate_counts_by_how_far_it_would_have_to_fall() -> None:
    (question,) = metric_summaries(
        tuple(judgement(str(ratio), "reached_rate", smallest_detectable_ratio=ratio) for ratio in (0.9, 0.98))
    )
    assert question.most_detectable is not None
    assert question.most_detectable.operation == "0.9"


def test_the_effect_of_half_is_that_of_twice() -> None:
    halved, doubled = (judgement_views((slower("a", effect_ratio=ratio),))[0].worst_effect for ratio in (0.5, 2.0))
    assert halved == doubled == math.log(2)


def test_packages_that_differ_are_told_by_name_without_regard_to_case() -> None:
    differences = package_differences(build("1", B="1", a="1", gone="1"), build("2", B="2", a="1", New="3"))
    assert [(one.name, one.baseline, one.contender) for one in differences] == [
        ("B", "1", "2"),
        ("gone", "1", None),
        ("New", None, "3"),
    ]


def test_nothing_is_known_of_packages_when_a_build_is_not() -> None:
    assert package_differences(None, build("1")) == package_differences(build("1"), None) == []


def test_a_wrong_answer_is_not_told_as_unanswered() -> None:
    assert unanswered(wrong().judgements) == {}
