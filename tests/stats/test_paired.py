"""Hodges-Lehmann estimate and signed-rank interval: the definition, scipy's test inverted, and symmetries."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from harness.stats.paired import hodges_lehmann, signed_rank_interval

#: multiples of 1/1024, so that sums and halves are exact
log_ratios = st.lists(st.integers(-512, 512).map(lambda value: value / 1024), min_size=1, max_size=40)


def test_the_estimate_is_the_median_of_all_means_of_two() -> None:
    # 1, 1.5, 2.5, 2, 3, 4
    assert hodges_lehmann([1.0, 2.0, 4.0]) == 2.25
    assert hodges_lehmann([7.0]) == 7.0


def test_one_outlier_moves_the_estimate_little() -> None:
    assert hodges_lehmann([0.01] * 9 + [0.30]) == 0.01


@pytest.mark.parametrize("values", [[], [0.1, math.nan], [0.1, math.inf]])
def test_nothing_and_what_is_not_finite_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="at least one value, and only finite ones"):
        hodges_lehmann(values)


def test_six_values_are_the_fewest_with_an_interval_and_it_spans_them() -> None:
    # all signs equal: probability 2/64 in six, 2/32 in five
    values = [0.03, -0.01, 0.02, 0.05, 0.0, 0.01]
    assert signed_rank_interval(values[:5]) is None
    assert signed_rank_interval(values) == (-0.01, 0.05)


@pytest.mark.parametrize("count", [6, 9, 13, 25, 50])
def test_the_interval_is_scipys_exact_test_inverted(count: int) -> None:
    values = np.random.default_rng(count).normal(0.02, 0.05, count)
    interval = signed_rank_interval(list(values))
    assert interval
    for bound, outwards in zip(interval, (-1e-9, 1e-9), strict=True):
        assert stats.wilcoxon(values - bound - outwards, method="exact").pvalue <= 0.05
        assert stats.wilcoxon(values - bound + outwards, method="exact").pvalue > 0.05


def test_for_many_values_it_is_near_the_normal_approximation() -> None:
    values = np.random.default_rng(7).normal(0.0, 1.0, 200)
    interval = signed_rank_interval(list(values))
    assert interval
    assert [stats.wilcoxon(values - bound, method="approx").pvalue for bound in interval] == pytest.approx(
        [0.05, 0.05], abs=0.001
    )


@given(log_ratios)
def test_swapping_the_builds_negates_estimate_and_interval(values: list[float]) -> None:
    negated = [-value for value in values]
    assert hodges_lehmann(negated) == -hodges_lehmann(values)
    interval = signed_rank_interval(values)
    assert signed_rank_interval(negated) == (interval and (-interval[1], -interval[0]))


@given(log_ratios, st.integers(-512, 512).map(lambda value: value / 1024))
def test_a_shift_of_all_values_shifts_estimate_and_interval(values: list[float], shift: float) -> None:
    shifted = [value + shift for value in values]
    assert hodges_lehmann(shifted) == hodges_lehmann(values) + shift
    interval = signed_rank_interval(values)
    assert signed_rank_interval(shifted) == (interval and (interval[0] + shift, interval[1] + shift))


@given(log_ratios.flatmap(lambda values: st.tuples(st.just(values), st.permutations(values))))
def test_the_order_does_not_matter(orders: tuple[list[float], list[float]]) -> None:
    assert hodges_lehmann(orders[0]) == hodges_lehmann(orders[1])
    assert signed_rank_interval(orders[0]) == signed_rank_interval(orders[1])


@given(log_ratios)
def test_the_estimate_lies_within_its_interval(values: list[float]) -> None:
    interval = signed_rank_interval(values)
    assert interval is None or interval[0] <= hodges_lehmann(values) <= interval[1]


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    generator = np.random.default_rng(2026)
    for noise in (generator.normal(size=(800, 20)), generator.standard_t(3, size=(800, 20))):
        intervals = [signed_rank_interval(list(row + 0.5)) for row in noise]
        covered = sum(low <= 0.5 <= high for low, high in filter(None, intervals))
        # 95.2 % by the exact distribution; 3.9 standard deviations of 800 draws
        assert 0.922 <= covered / 800 <= 0.981
