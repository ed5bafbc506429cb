"""Changes from build to build: found where they are, kept when they recover, none where nothing changed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from harness.compare.change_points import timed_changes, trends, verdict_of
from harness.compare.counted_changes import counted_changes
from harness.comparison import Judgement
from harness.history import HistoryBuild, HistoryChange
from harness.stats.paired import hodges_lehmann, signed_rank_interval
from tests.reports.synthetic_history import (
    READ,
    WRITE,
    counted,
    evaluation,
    five_builds,
    history_build,
    look_up,
    reference_build,
    timed,
)

REFERENCE = "9.1.22"


def changes_of(*builds: HistoryBuild) -> list[tuple[str, str, str | None, str, bool, str | None]]:
    found = timed_changes([*builds, reference_build()], REFERENCE)
    return [(one.earlier, one.later, one.operation, one.metric, one.worse, one.recovered_in) for one in found]


def test_builds_that_are_alike_have_no_change_and_the_same_trend() -> None:
    builds = [history_build("1"), history_build("2", together=1.002), reference_build()]
    assert timed_changes(builds, REFERENCE) == ()
    found = trends(builds, REFERENCE)
    assert {(one.lane, one.metric) for one in found} == {
        ("paired", "service_cpu"),
        ("paired", "database_cpu"),
        ("paired", "service_time"),
        ("micro", "benchmark_cpu"),
    }
    assert {(one.earlier, one.later, one.verdict) for one in found} == {("1", REFERENCE, "same")}


def test_a_step_between_neighbours_has_its_place_its_size_and_its_interval() -> None:
    builds = [history_build("1", read=0.8), history_build("2"), reference_build()]
    (change,) = timed_changes(builds, REFERENCE)
    assert (change.earlier, change.later, change.operation, change.metric) == ("1", "2", READ, "service_cpu")
    assert (change.worse, change.recovered_in) == (True, None)
    assert change.effect_ratio == pytest.approx(1.25)
    low, high = change.interval_ratio or (0.0, 0.0)
    assert low < 1.25 < high
    assert high / low == pytest.approx(math.exp(2 * 0.01 * math.sqrt(2)), rel=0.01)


def test_the_last_step_is_that_to_the_reference() -> None:
    assert changes_of(history_build("1", read=1.3)) == [("1", REFERENCE, READ, "service_cpu", False, None)]


def test_a_change_that_recovers_is_kept_and_says_where() -> None:
    found = changes_of(history_build("1"), history_build("2", read=1.2), history_build("3"))
    assert found == [("1", "2", READ, "service_cpu", True, "3"), ("2", "3", READ, "service_cpu", False, None)]


def test_half_a_way_back_is_no_recovery() -> None:
    found = changes_of(history_build("1"), history_build("2", read=1.4), history_build("3", read=1.2))
    assert [(one[1], one[4], one[5]) for one in found] == [
        ("2", True, REFERENCE),
        ("3", False, None),
        (REFERENCE, False, None),
    ]


def test_a_build_without_a_figure_is_stepped_over() -> None:
    lacking = HistoryBuild("2", problems=("does not start",))
    assert changes_of(history_build("1"), lacking, history_build("3", read=1.2))[0][:2] == ("1", "3")


def test_look_ups_have_changes_of_their_own() -> None:
    slower = tuple(look_up(1.2, keys) for keys in (None, 40, 4000))
    found = changes_of(history_build("1"), history_build("2", look_ups=slower))
    assert {(one[0], one[1], one[2]) for one in found if one[4]} == {
        ("1", "2", None),
        ("1", "2", "bench_cache.py::bench_hit[40]"),
        ("1", "2", "bench_cache.py::bench_hit[4000]"),
    }


def test_small_steps_add_up_to_a_trend() -> None:
    steps = [history_build(str(place), together=1.006**place) for place in range(1, 9)]
    builds = [reference_build("0"), *steps]
    assert timed_changes(builds, "0") == ()
    (trend,) = [one for one in trends(builds, "0") if (one.lane, one.metric) == ("paired", "service_cpu")]
    assert (trend.earlier, trend.later, trend.verdict) == ("0", "8", "regression")
    assert verdict_of((), [trend]) == "regression"


def test_a_change_within_the_practical_margin_is_none() -> None:
    sure = {"interval_ratio": (1.0039, 1.0041)}
    build = history_build("1")
    judgements = tuple(replace(one, effect_ratio=1.004, **sure) for one in build.judgements)
    assert changes_of(replace(build, judgements=judgements)) == []


def test_too_few_pairs_for_an_interval_say_nothing() -> None:
    none: dict[str, Any] = {"interval_ratio": None, "pairs": 5}
    build = history_build("1", judgements=(timed(1.5, None, **none), timed(1.5, READ, **none)), look_ups=())
    assert timed_changes([build, reference_build()], REFERENCE) == ()
    assert trends([build, reference_build()], REFERENCE) == ()
    assert verdict_of((), ()) == "inconclusive"


def test_what_is_worse_in_the_end_is_a_regression_and_what_recovered_is_not() -> None:
    worse = HistoryChange("1", "2", "exact", READ, "statements", worse=True, effect_ratio=2.0, counts=(1, 2))
    same = trends([history_build("1"), reference_build()], REFERENCE)
    assert verdict_of([worse], same) == "regression"
    assert verdict_of([replace(worse, recovered_in="3")], same) == "same"
    back = replace(worse, earlier="2", later="3", worse=False, counts=(2, 1))
    assert verdict_of([replace(worse, recovered_in="3"), back], same) == "same"
    assert verdict_of([back], same) == "improvement"


def test_counters_are_compared_between_neighbours() -> None:
    found = [
        (one.lane, one.earlier, one.later, one.operation, one.metric, one.counts)
        for one in counted_changes(five_builds().builds)
    ]
    storage = "StorageElement, all"
    assert found == [
        ("evaluations", "7.2.52", "8.0.86", storage, "rows written to ResourceStatus", (1, 4)),
        ("evaluations", "7.2.52", "8.0.86", storage, "rows written to ResourceLog", (1, 4)),
        ("exact", "9.0.28", "9.1.22", READ, "statements", (2, 3)),
        ("exact", "9.0.28", "9.1.22", READ, "rows examined", (2, 3)),
        ("exact", "9.0.28", "9.1.22", READ, "rows sent", (2, 3)),
        ("evaluations", "9.0.28", "9.1.22", storage, "connections", (0, 1)),
    ]


def test_a_table_that_is_written_to_for_the_first_time_was_written_to_by_nobody() -> None:
    builds = [
        history_build("1", evaluations=(evaluation("all", {"ResourceStatus": 1}),)),
        history_build("2", evaluations=(evaluation("all", {"ResourceStatus": 1, "ResourceLog": 1}),)),
    ]
    assert [(one.metric, one.counts, one.effect_ratio) for one in counted_changes(builds)] == [
        ("rows written to ResourceLog", (0, 1), None)
    ]


def test_rows_that_are_not_written_as_often_each_time_decide_nothing() -> None:
    varies = evaluation(
        "all", {"ResourceStatus": 2, "ResourceLog": 4}, varying=("rows written to ResourceStatus",)
    )
    builds = [
        history_build("1", evaluations=(evaluation("all", {"ResourceStatus": 1, "ResourceLog": 1}),)),
        history_build("2", evaluations=(varies,)),
        history_build("3", evaluations=(evaluation("all", {"ResourceLog": 4}),)),
    ]
    assert [(one.later, one.metric) for one in counted_changes(builds)] == [("2", "rows written to ResourceLog")]


def test_what_varies_or_is_within_the_margin_of_bytes_is_no_change() -> None:
    steady = counted(READ, connections=1)
    builds = [
        history_build("1", counted=(steady,)),
        history_build("2", counted=(replace(steady, connections=4, varying=("connections",)),)),
        history_build("3", counted=(replace(steady, response_bytes=1_019),)),
        history_build("4", counted=(replace(steady, response_bytes=1_100),)),
    ]
    assert [(one.later, one.metric) for one in counted_changes(builds)] == [("4", "answer bytes")]


def test_a_failed_count_is_stepped_over_and_a_count_that_is_back_recovered() -> None:
    broken = counted(WRITE, problem="HTTP status 500")
    builds = [
        history_build("1", counted=(counted(WRITE),)),
        history_build("2", counted=(broken,)),
        history_build("3", counted=(counted(WRITE, commits=2),)),
        history_build("4", counted=(counted(WRITE),)),
    ]
    found = [(one.earlier, one.later, one.metric, one.worse, one.recovered_in) for one in counted_changes(builds)]
    assert found == [("1", "3", "commits", True, "4"), ("3", "4", "commits", False, None)]


def noisy(operation: str | None, metric: str, random: np.random.Generator, spread: float) -> Judgement:
    values = tuple(spread * random.standard_t(4, 16))
    interval = signed_rank_interval(values)
    assert interval
    bounds = (math.exp(interval[0]), math.exp(interval[1]))
    effect = math.exp(hodges_lehmann(values))
    return timed(1.0, operation, metric, effect_ratio=effect, interval_ratio=bounds, pairs=16)


def test_histories_of_equal_builds_have_hardly_a_false_change() -> None:
    """Five equal builds, 10 operations in 3 metrics, 16 pairs with heavy tails: 1 % of histories may have one."""
    random, false = np.random.default_rng(2026), 0
    operations = [None, *map(str, range(10))]
    for _ in range(100):
        builds = [
            history_build(
                str(place),
                judgements=tuple(
                    noisy(one, metric, random, 0.008 if one is None else 0.04)
                    for one in operations
                    for metric in ("service_cpu", "database_cpu", "service_time")
                ),
            )
            for place in range(4)
        ]
        false += bool(timed_changes([*builds, reference_build()], REFERENCE))
    assert false <= 4
