"""The rule from pairs to verdict: what each one claims, what it takes, and that swapping the builds mirrors it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.compare.margins import margins_of
from harness.compare.verdict import BOUND_ERROR_RATIO, Series, conclude, judge, name
from harness.comparison import ExactComparison, Question, Verdict
from harness.stats.paired import hodges_lehmann
from harness.stats.sequential import bounds
from tests.compare.judgements import CPU, ONE_CPU, RATE, TIME, judgement, series


def verdicts(observations: Mapping[Question, Series]) -> list[Verdict]:
    return [judgement.verdict for judgement in judge(observations)]


def counted(verdict: Verdict) -> ExactComparison:
    return ExactComparison(
        operation="select", verdict=verdict, counters=(), statements=(), excluded=(), baseline=None, contender=None
    )


def test_a_slower_contender_is_a_regression_and_its_figures_say_so() -> None:
    (found,) = judge({CPU: series(1.05, 0.01, 20)})
    assert found.verdict == "regression"
    assert found.pairs == 20
    assert found.effect_ratio == pytest.approx(1.05, abs=0.01)
    assert found.interval_ratio
    assert found.anytime_interval_ratio
    assert 1.0 < found.anytime_interval_ratio[0] < found.interval_ratio[0] < 1.05
    assert found.adjusted_p is not None
    assert found.adjusted_p <= 0.01
    assert found.baseline_value == pytest.approx(0.004, rel=0.2)
    assert found.margin_ratio == pytest.approx(1.005)
    assert found.reason is None


def test_more_requests_per_second_are_an_improvement() -> None:
    assert verdicts({RATE: series(1.10, 0.01, 30)}) == ["improvement"]
    assert verdicts({RATE: series(0.90, 0.01, 30)}) == ["regression"]


def test_equal_builds_are_same_within_the_margin_and_say_what_was_detectable() -> None:
    (found,) = judge({CPU: series(1.0, 0.01, 25)})
    assert found.verdict == "same"
    assert found.anytime_interval_ratio
    assert 1.0 / 1.02 < found.anytime_interval_ratio[0] <= found.anytime_interval_ratio[1] < 1.02
    assert found.smallest_detectable_ratio
    assert 1.0 < found.smallest_detectable_ratio < 1.02


def test_what_is_detectable_of_a_rate_is_a_fall() -> None:
    (found,) = judge({RATE: series(1.0, 0.01, 25)})
    assert found.smallest_detectable_ratio
    assert 0.97 < found.smallest_detectable_ratio < 1.0
    assert found.margin_ratio == pytest.approx(1.01)


def test_too_much_noise_is_inconclusive() -> None:
    (found,) = judge({CPU: series(1.0, 0.10, 12)})
    assert found.verdict == "inconclusive"
    assert found.smallest_detectable_ratio
    assert found.smallest_detectable_ratio > 1.05


def test_a_change_below_the_practical_margin_is_same_and_named() -> None:
    (found,) = judge({CPU: series(1.003, 0.001, 40)})
    assert (found.verdict, found.reason) == ("same", "a change, smaller than the practical margin")


def test_few_pairs_decide_nothing() -> None:
    (found,) = judge({CPU: series(2.0, 0.001, 5)})
    assert (found.verdict, found.reason) == ("inconclusive", "fewer than 6 pairs")
    assert found.smallest_detectable_ratio is None


def test_no_pair_is_no_number() -> None:
    (found,) = judge({CPU: Series((), ())})
    assert (found.verdict, found.pairs, found.reason) == ("inconclusive", 0, "no pair")
    assert found.effect_ratio is found.interval_ratio is found.adjusted_p is None
    (found,) = judge({CPU: Series((math.inf,), (1.0,))})
    assert found.reason == "no value in 1 pairs"


@pytest.mark.parametrize("missing", [0.0, math.nan, math.inf])
def test_a_side_that_lacks_a_value_does_not_come_out_better(missing: float) -> None:
    for effect, without_contender, without_baseline in (
        (1.0, "inconclusive", "inconclusive"),
        (0.9, "inconclusive", "improvement"),
        (1.1, "regression", "inconclusive"),
    ):
        full = series(effect, 0.01, 25)
        for one, expected in (
            (Series(full.baseline, (*full.contender[:-1], missing)), without_contender),
            (Series((missing, *full.baseline[1:]), full.contender), without_baseline),
        ):
            (found,) = judge({CPU: one})
            assert (found.verdict, found.pairs, found.reason) == (expected, 24, "no value in 1 of 25 pairs")


def test_a_single_operation_has_wider_margins_and_pays_for_its_number() -> None:
    many = {Question("paired", "service_cpu", f"operation {n}"): series(1.0, 0.02, 25, seed=n) for n in range(20)}
    found = judge({CPU: series(1.0, 0.01, 25), **many})
    assert {one.verdict for one in found} == {"same"}
    (alone,) = judge({ONE_CPU: many[Question("paired", "service_cpu", "operation 0")]})
    assert alone.smallest_detectable_ratio
    assert found[1].smallest_detectable_ratio
    assert alone.smallest_detectable_ratio < found[1].smallest_detectable_ratio


MIRROR = {"regression": "improvement", "improvement": "regression", "same": "same", "inconclusive": "inconclusive"}


@settings(max_examples=40)
@given(
    st.sampled_from([0.8, 0.98, 1.0, 1.01, 1.05]),
    st.sampled_from([0.005, 0.02, 0.1]),
    st.integers(0, 30),
    st.integers(0, 10_000),
)
def test_swapping_the_builds_mirrors_every_judgement(
    effect_ratio: float, deviation: float, pairs: int, seed: int
) -> None:
    full = series(effect_ratio, deviation, pairs, seed)
    observed = {
        CPU: full,
        TIME: Series(full.baseline, (math.inf, *full.contender[1:])) if pairs else full,
        RATE: series(1.0, deviation, pairs, seed + 1),
    }
    swapped = {question: Series(one.contender, one.baseline) for question, one in observed.items()}
    for one, mirrored in zip(judge(observed), judge(swapped), strict=True):
        assert mirrored.verdict == MIRROR[one.verdict]
        assert mirrored.adjusted_p == one.adjusted_p
        assert mirrored.smallest_detectable_ratio == one.smallest_detectable_ratio
        assert (mirrored.baseline_value, mirrored.contender_value) == (one.contender_value, one.baseline_value)
        if one.effect_ratio and mirrored.effect_ratio:
            assert math.log(mirrored.effect_ratio) == pytest.approx(-math.log(one.effect_ratio), abs=1e-12)
        for kind in ("interval_ratio", "anytime_interval_ratio"):
            ours, theirs = getattr(one, kind), getattr(mirrored, kind)
            assert (ours is None) == (theirs is None)
            assert ours is None or theirs == pytest.approx((1.0 / ours[1], 1.0 / ours[0]), rel=1e-12)


def test_same_is_what_the_bounds_say() -> None:
    values = series(1.0, 0.006, 12)
    log_ratios = [math.log(c) - math.log(b) for b, c in zip(values.baseline, values.contender, strict=True)]
    found = bounds(log_ratios, BOUND_ERROR_RATIO)
    assert found
    assert max(abs(found[0]), abs(found[1])) < margins_of(CPU).equivalence
    assert verdicts({CPU: values}) == ["same"]
    assert hodges_lehmann(log_ratios) == pytest.approx(math.log(judge({CPU: values})[0].effect_ratio or 0.0))


@pytest.mark.parametrize(
    ("of_questions", "expected"),
    [
        (["same", "same", "same"], "same"),
        (["same", "improvement", "same"], "improvement"),
        (["regression", "improvement", "inconclusive"], "regression"),
        (["wrong", "regression", "same"], "wrong"),
        (["same", "inconclusive", "same"], "inconclusive"),
    ],
)
def test_the_worst_question_decides(of_questions: list[Verdict], expected: Verdict) -> None:
    judgements = [judgement(q, v) for q, v in zip((CPU, TIME, ONE_CPU), of_questions, strict=True)]
    assert conclude(judgements).verdict == expected


def test_a_noisy_operation_may_stay_open_once_a_great_slow_down_is_excluded() -> None:
    calm = judgement(CPU, "same", (0.99, 1.01))
    assert conclude([calm, judgement(ONE_CPU, "inconclusive", (0.80, 1.09))]).verdict == "same"
    open_one = conclude([calm, judgement(ONE_CPU, "inconclusive", (0.98, 1.11))])
    assert open_one.verdict == "inconclusive"
    assert open_one.reasons == ("undecided: service_cpu of select",)
    assert conclude([calm, judgement(ONE_CPU, "inconclusive")]).verdict == "inconclusive"


def test_all_operations_together_must_be_shown_to_be_the_same() -> None:
    assert conclude([judgement(CPU, "inconclusive", (0.90, 1.01))]).verdict == "inconclusive"


def test_service_cpu_with_garbage_collection_may_stay_open() -> None:
    total = Question("paired", "service_cpu_total", None)
    assert conclude([judgement(total, "inconclusive", (0.90, 1.04))]).verdict == "same"
    assert conclude([judgement(total, "inconclusive", (0.90, 1.06))]).verdict == "inconclusive"


def test_a_rate_may_stay_open_once_a_great_fall_is_excluded() -> None:
    assert conclude([judgement(RATE, "inconclusive", (0.97, 1.30))]).verdict == "same"
    assert conclude([judgement(RATE, "inconclusive", (0.94, 1.01))]).verdict == "inconclusive"


def test_a_baseline_that_differs_from_itself_makes_timings_worthless_but_not_counts() -> None:
    slower, control = [judgement(CPU, "regression")], [judgement(TIME, "improvement"), judgement(CPU, "same")]
    found = conclude(slower, control)
    assert found.verdict == "inconclusive"
    assert found.reasons == ("the baseline differs from itself: service_time of all operations together",)
    assert conclude(slower, control, [counted("regression")]).verdict == "regression"
    assert conclude(slower, control, [counted("wrong")]).verdict == "wrong"


def test_counters_decide_without_statistics() -> None:
    same = [judgement(CPU, "same")]
    assert conclude(same, exact=[counted("regression")]).reasons == ("counters of select",)
    assert conclude(same, exact=[counted("improvement")]).verdict == "improvement"
    assert conclude(same, exact=[counted("same")]).verdict == "same"


def test_a_question_has_a_name() -> None:
    assert name(judgement(CPU, "same")) == "service_cpu of all operations together"
    assert name(judgement(ONE_CPU, "same")) == "service_cpu of select"
