"""When a comparison knows enough: with its verdict, and with nothing that more pairs would still tell."""

from __future__ import annotations

import msgspec
import pytest

from harness.compare.stopping import decided
from harness.compare.verdict import Series, conclude, judge
from harness.comparison import Judgement, Question, TimedMetric, Verdict
from tests.compare.judgements import CPU, ONE_CPU, TIME, judgement, series

CALM = judgement(CPU, "same", (0.99, 1.01))
DATABASE_CPU = Question("paired", "database_cpu", None)
ONE_DATABASE_CPU = Question("paired", "database_cpu", "select")
ONE_TIME = Question("paired", "service_time", "select")


@pytest.mark.parametrize(
    ("of_questions", "expected"),
    [
        (["same", "same", "same"], True),
        (["same", "improvement", "same"], True),
        (["regression", "improvement", "inconclusive"], True),
        (["wrong", "regression", "same"], True),
        (["same", "inconclusive", "same"], False),
    ],
)
def test_it_is_decided_with_every_verdict_but_inconclusive(of_questions: list[Verdict], expected: bool) -> None:
    judgements = [judgement(q, v) for q, v in zip((CPU, TIME, ONE_CPU), of_questions, strict=True)]
    assert decided(judgements) == expected


def test_timings_of_a_build_with_one_more_statement_are_still_wanted() -> None:
    assert not decided([judgement(CPU, "inconclusive")])


def test_nothing_found_is_decided_once_what_matters_would_have_been_found() -> None:
    # nothing that matters can hide in 25 pairs of a calm machine; in 7 pairs it can, though the bounds are narrow
    calm = series(1.0, 0.005, 25)
    single = {ONE_CPU: series(1.0, 0.02, 25), CPU: calm}
    assert decided(judge(single))
    few = judge({question: Series(one.baseline[:7], one.contender[:7]) for question, one in single.items()})
    assert conclude(few).verdict == "same"
    assert not decided(few)


@pytest.mark.parametrize("verdict", ["same", "inconclusive"])
def test_a_run_goes_on_until_every_question_can_say_what_it_would_have_found(verdict: Verdict) -> None:
    open_one = judgement(ONE_CPU, verdict, (0.99, 1.01))
    assert decided([judgement(CPU, "same"), open_one])
    silent = msgspec.structs.replace(open_one, smallest_detectable_ratio=None)
    assert conclude([judgement(CPU, "same"), silent]).verdict == "same"
    assert not decided([judgement(CPU, "same"), silent])


def test_one_chosen_operation_is_resolved_more_finely() -> None:
    coarse = msgspec.structs.replace(judgement(CPU, "same"), smallest_detectable_ratio=1.015)
    assert not decided([coarse])
    assert not decided([coarse, judgement(Question("load", "latency_p50", "select_mix"), "same")])
    assert decided([coarse, judgement(ONE_CPU, "same")])
    assert decided([msgspec.structs.replace(coarse, smallest_detectable_ratio=1.01)])


def test_nothing_measured_is_not_decided() -> None:
    assert not decided([])


def seen(
    question: Question, effect_ratio: float, interval: tuple[float, float], verdict: Verdict = "inconclusive"
) -> Judgement:
    return msgspec.structs.replace(judgement(question, verdict, interval), effect_ratio=effect_ratio)


@pytest.mark.parametrize(
    ("hint", "goes_on"),
    [
        pytest.param(seen(ONE_CPU, 1.053, (1.004, 1.084)), True, id="one operation seems slower"),
        pytest.param(seen(ONE_TIME, 1.053, (1.004, 1.084)), True, id="its time does"),
        pytest.param(seen(ONE_DATABASE_CPU, 1.053, (1.004, 1.084)), False, id="its database CPU scatters"),
        pytest.param(seen(DATABASE_CPU, 1.030, (1.004, 1.044), "same"), True, id="that of all together does not"),
        pytest.param(seen(ONE_CPU, 1.053, (0.999, 1.090)), False, id="it may as well be none"),
        pytest.param(seen(ONE_CPU, 1.009, (1.001, 1.051)), False, id="too little to matter"),
        pytest.param(seen(ONE_CPU, 0.947, (0.920, 0.996)), False, id="faster"),
        pytest.param(seen(ONE_CPU, 1.030, (1.010, 1.049), "same"), False, id="one of dozens, within its margin"),
        pytest.param(seen(CPU, 1.009, (1.001, 1.017), "same"), True, id="all together, within their margin"),
        pytest.param(seen(CPU, 1.004, (1.001, 1.008), "same"), False, id="all together, too little to matter"),
    ],
)
def test_nothing_found_is_not_decided_on_a_hint_that_something_got_slower(hint: Judgement, goes_on: bool) -> None:
    judgements = [hint] if hint.operation is None else [CALM, hint]
    assert conclude([*judgements, judgement(ONE_CPU, "same")]).verdict == "same"
    assert decided([*judgements, judgement(ONE_CPU, "same")]) != goes_on


@pytest.mark.parametrize(
    ("metric", "effect_ratio", "interval", "goes_on"),
    [
        ("latency_p50", 1.03, (1.01, 1.05), True),
        ("latency_p50", 0.97, (0.95, 0.99), False),
        ("reached_rate", 0.985, (0.975, 0.995), True),
        ("reached_rate", 1.015, (1.005, 1.025), False),
    ],
)
def test_under_a_load_a_lower_rate_and_a_higher_latency_are_hints(
    metric: TimedMetric, effect_ratio: float, interval: tuple[float, float], goes_on: bool
) -> None:
    question = Question("load", metric, "production_mix")
    assert decided([seen(question, effect_ratio, interval, "same")]) != goes_on


def test_a_regression_ends_a_run_however_much_hints_at_another() -> None:
    assert decided([judgement(CPU, "regression"), seen(ONE_CPU, 1.053, (1.004, 1.084))])
