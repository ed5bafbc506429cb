"""Weighted Holm against closed testing, and how the error is shared."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.comparison import Question
from harness.stats.multiplicity import question_weights, weighted_holm

asked = st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.01, 1.0)), min_size=1, max_size=6)


def closed_testing(p_values: list[float], weights: list[float]) -> list[float]:
    """A hypothesis falls when every intersection it belongs to does by weighted Bonferroni."""
    everything = range(len(p_values))
    subsets = [subset for size in everything for subset in itertools.combinations(everything, size + 1)]
    by_subset = {
        subset: min(1.0, *(p_values[i] * sum(weights[j] for j in subset) / weights[i] for i in subset))
        for subset in subsets
    }
    return [max(p for subset, p in by_subset.items() if i in subset) for i in everything]


@given(asked)
def test_holm_is_closed_testing_with_weighted_bonferroni(questions: list[tuple[float, float]]) -> None:
    p_values, weights = [p for p, _ in questions], [weight for _, weight in questions]
    assert weighted_holm(p_values, weights) == pytest.approx(closed_testing(p_values, weights))


def test_holm_with_equal_weights_by_hand() -> None:
    # 0.01 times three, 0.02 times two, and 0.03, which may not be less than that
    assert weighted_holm([0.02, 0.01, 0.03], [1.0, 1.0, 1.0]) == pytest.approx((0.04, 0.03, 0.04))


def all_questions() -> list[Question]:
    metrics = ("service_cpu", "database_cpu", "service_time")
    paired = [
        Question("paired", metric, operation) for metric in metrics for operation in (None, "a", "b", "c", "d")
    ]
    return [*paired, *(Question("load", metric, None) for metric in ("latency_p50", "reached_rate"))]


def test_the_error_is_shared_by_lane_level_metric_and_operation() -> None:
    weights = dict(zip(all_questions(), question_weights(all_questions()), strict=True))
    assert sum(weights.values()) == pytest.approx(1.0)
    assert weights[Question("paired", "service_cpu", None)] == pytest.approx(0.9 * 0.5 * 0.5)
    assert weights[Question("paired", "service_time", None)] == pytest.approx(0.9 * 0.5 * 0.25)
    assert weights[Question("paired", "service_cpu", "a")] == pytest.approx(0.9 * 0.5 * 0.5 / 4)
    assert weights[Question("load", "latency_p50", None)] == pytest.approx(0.1 / 2)


@given(st.lists(st.sampled_from(all_questions()), min_size=1, unique=True))
def test_what_is_not_asked_takes_no_share(questions: list[Question]) -> None:
    weights = question_weights(questions)
    assert sum(weights) == pytest.approx(1.0)
    assert min(weights) > 0.0


def test_one_question_has_the_whole_error() -> None:
    assert question_weights([Question("paired", "database_cpu", None)]) == (1.0,)


@pytest.mark.parametrize("questions", [[], [Question("load", "latency_p50", None)] * 2])
def test_no_question_and_one_asked_twice_are_refused(questions: list[Question]) -> None:
    with pytest.raises(ValueError, match="at least one question, and none twice"):
        question_weights(questions)
