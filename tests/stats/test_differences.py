from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from harness.stats.differences import NO_CHANGE, Estimate, difference, estimate
from harness.stats.paired import hodges_lehmann, signed_rank_interval


def test_the_standard_error_is_that_of_students_interval() -> None:
    values = np.random.default_rng(3).normal(0.02, 0.01, 12)
    low, high = scipy.stats.t.interval(0.95, 11, loc=values.mean(), scale=scipy.stats.sem(values))
    found = estimate(values.mean(), low, high, 12)
    assert found.standard_error == pytest.approx(scipy.stats.sem(values))


def test_two_estimates_differ_as_welch_says() -> None:
    random = np.random.default_rng(4)
    one, other = random.normal(0.0, 0.01, 10), random.normal(0.015, 0.02, 25)
    sides = [Estimate(side.mean(), scipy.stats.sem(side), side.size) for side in (one, other)]
    found = difference(*sides)
    of_scipy = scipy.stats.ttest_ind(other, one, equal_var=False)
    interval = of_scipy.confidence_interval()
    assert found.p_value == pytest.approx(of_scipy.pvalue)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_beside_the_reference_only_the_build_has_an_error() -> None:
    values = np.random.default_rng(6).normal(0.02, 0.05, 30)
    build = Estimate(values.mean(), scipy.stats.sem(values), 30)
    found = difference(NO_CHANGE, build)
    assert found.p_value == pytest.approx(scipy.stats.ttest_1samp(values, 0.0).pvalue)
    assert (found.effect, difference(build, NO_CHANGE).effect) == (build.effect, -build.effect)


def test_what_is_known_is_the_same_or_not() -> None:
    assert difference(NO_CHANGE, NO_CHANGE).p_value == 1.0
    assert difference(NO_CHANGE, Estimate(0.1, 0.0, 6)).p_value == 0.0


def test_intervals_of_a_difference_cover_the_truth() -> None:
    """Estimates and intervals as comparisons make them, noise with heavy tails: 95 % asked, 1,000 tries."""
    random, covered = np.random.default_rng(5), 0
    for _ in range(1000):
        sides = []
        for truth, pairs in ((0.0, 12), (0.03, 20)):
            values = tuple(truth + 0.01 * random.standard_t(4, pairs))
            interval = signed_rank_interval(values)
            assert interval
            sides.append(estimate(hodges_lehmann(values), *interval, pairs))
        found = difference(*sides)
        covered += found.low <= 0.03 <= found.high
        assert math.isfinite(found.p_value)
    assert 930 <= covered <= 985
