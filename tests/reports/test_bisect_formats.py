"""What a bisection found, as a developer reads it."""

from __future__ import annotations

import msgspec
import pytest

from harness.bisection import BisectResult, RangeBuild, SkippedBuild, Symptom, SymptomMetric, TriedBuild
from reports.bisect_formats import BISECT_FORMATS, again, facts, headline, remarks, symptom_text
from tests.golden_files import same_as_golden
from tests.measure.ranges import COUNTED, MEASURED, bisect_settings, bisection, commits
from tests.reports.synthetic_comparison import NAMES, calm, comparison, judgement

TRIED = (
    TriedBuild(32, "builds/0032", 0.00002, None, 0.999, (0.992, 1.006), 6),
    TriedBuild(40, "builds/0040", 0.99998, None, 1.048, (1.041, 1.056), 6),
    TriedBuild(64, "builds/0064", 1.0, None, 1.051, (1.044, 1.058), 11),
)


def measured(**changes: object) -> BisectResult:
    """5 % of CPU with some of 64 commits, of which seven do not start."""
    values = {
        "builds": commits(64),
        "symptom": MEASURED,
        "other_symptoms": (COUNTED,),
        "tried": TRIED,
        "skipped": tuple(SkippedBuild(place, "contender does not start: no\nlicence") for place in range(33, 40)),
        "suspects": tuple(range(33, 41)),
        "probability": 0.99996,
    }
    return bisection(**values | changes)


@pytest.mark.parametrize(("form", "suffix"), [("text", "txt"), ("markdown", "md")])
@pytest.mark.parametrize(("name", "result"), [("counted", bisection()), ("measured", measured())])
def test_a_bisection_is_the_golden_one(name: str, result: BisectResult, form: str, suffix: str) -> None:
    assert same_as_golden(f"bisection_{name}.{suffix}", BISECT_FORMATS[form](result, comparison()))


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_where_a_change_of_all_operations_together_is_stands_beside_it(form: str) -> None:
    slower = judgement(None, verdict="regression", effect_ratio=1.05)
    located = judgement("a", located=True, effect_ratio=1.09, interval_ratio=(1.07, 1.12))
    ends = comparison("regression", judgements=(slower, located, judgement("b")))
    together = msgspec.structs.replace(MEASURED, operation=None)
    shown = BISECT_FORMATS[form](measured(symptom=together), ends)
    assert "service CPU, where it is: a +9.0 % [+7.0, +12.0]" in shown.replace("\\", "")
    assert "where it is" not in BISECT_FORMATS[form](measured(), ends)


@pytest.mark.parametrize(
    ("metric", "values", "said"),
    [
        ("memory", (94.4e6, 99.1e6), "memory of the services +5.0 %, 90.0 MiB → 94.5 MiB"),
        ("start_cpu", (0.8, 1.3), "CPU of starting the services +62.5 %, 800 → 1,300 ms"),
    ],
)
def test_what_is_of_the_services_is_not_per_request(
    metric: SymptomMetric, values: tuple[float, float], said: str
) -> None:
    symptom = Symptom("paired", metric, None, *values, values[1] / values[0])
    assert symptom_text(symptom) == f"all operations together: {said}"


def test_json_is_all_of_it() -> None:
    assert msgspec.json.decode(BISECT_FORMATS["json"](measured(), None), type=BisectResult) == measured()


def test_without_a_regression_the_comparison_of_both_ends_is_the_evidence() -> None:
    same = comparison("same", judgements=calm())
    result = bisection(
        outcome="no regression", verdict="same", symptom=None, tried=(), suspects=(), probability=None
    )
    for form in ("text", "markdown"):
        shown = BISECT_FORMATS[form](result, same)
        assert "NO REGRESSION" in shown
        assert "nothing was searched" in shown
        assert NAMES[0] in shown or "all operations" in shown.lower()
    assert again(result) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "FIRST BAD: abc003000000 ("),
        ({"outcome": "no regression", "symptom": None, "verdict": "wrong", "suspects": ()}, "WRONG: "),
        ({"suspects": (2, 3)}, "FIRST BAD: one of 2"),
        ({"outcome": "inconclusive", "suspects": (2, 3, 4)}, "INCONCLUSIVE, first bad: one of 3"),
        (
            {"status": "incomplete", "outcome": "inconclusive", "suspects": (3, 4)},
            "INCOMPLETE, INCONCLUSIVE, first",
        ),
        (
            {"outcome": "inconclusive", "suspects": (), "probability": None},
            "does not show when it is looked at alone",
        ),
        (
            {"outcome": "inconclusive", "symptom": None, "verdict": "inconclusive", "suspects": ()},
            "INCONCLUSIVE from",
        ),
        (
            {"status": "incomplete", "outcome": "inconclusive", "symptom": None, "verdict": None},
            "nothing was searched",
        ),
    ],
)
def test_the_first_line_says_what_was_found(changes: dict[str, object], said: str) -> None:
    assert said in headline(bisection(**changes))


def test_the_last_good_build_and_the_first_bad_one_are_compared_to_see_it_again() -> None:
    ends = "/home/me/DIRAC@abc002000000 /home/me/DIRAC@abc003000000"
    assert again(bisection()) == (
        f"rssbench compare {ends} --lane exact --operation '{NAMES[0]}' --profile M --seed 1"
    )
    over_dips = bisection(settings=bisect_settings(front_door="dips", profile="S"))
    assert "--front-door dips --profile S" in (again(over_dips) or "")


def test_a_build_like_neither_end_tells_of_more_than_one_step() -> None:
    assert remarks(bisection()) == []
    assert remarks(measured()) == []
    three = TriedBuild(2, "builds/2", 0.0, value=7)
    assert "build 2; there is more than one step" in remarks(bisection(tried=(three, *bisection().tried[1:])))[0]
    half = TriedBuild(36, "builds/0036", 0.6, None, 1.025, (1.019, 1.031), 8)
    assert "build 36" in remarks(measured(tried=(TRIED[0], half, *TRIED[1:])))[0]


def test_many_suspects_are_shortened() -> None:
    result = measured(builds=commits(100), suspects=tuple(range(20, 90)), outcome="inconclusive")
    assert any("and 50 more" in line for line in facts(result, None))


def test_releases_are_named_by_their_numbers() -> None:
    releases = tuple(RangeBuild(f"9.1.{number}") for number in range(18, 23))
    result = bisection(builds=releases)
    assert headline(result) == "FIRST BAD: 9.1.21"
    assert " 9.1.20 9.1.21 " in (again(result) or "")


def test_what_others_wrote_cannot_break_the_output() -> None:
    evil = RangeBuild("x", "f" * 40, "2026-01-01T00:00:00+00:00", "a | b\x1b[31m <img>")
    shown = BISECT_FORMATS["markdown"](bisection(builds=(*commits(2), evil, commits(4)[4])), None)
    assert "\x1b" not in shown
    assert "<img>" not in shown
