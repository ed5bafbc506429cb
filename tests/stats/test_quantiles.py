"""Percentiles of correlated requests: the definition, the interval, and when there is none."""

from __future__ import annotations

import math
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import signal, stats

from harness.model import Interval
from harness.stats.quantiles import (
    order_statistic_ranks,
    percentile_interval,
    percentiles,
    quantile,
    share_exceeds,
    variance_inflation,
)

SHARES = (0.50, 0.95, 0.99)

times = arrays(np.float64, st.integers(6, 300), elements=st.floats(2.0**-20, 128.0, width=32))
shares = st.sampled_from(SHARES)


def autoregressive(count: int, correlation: float, generator: np.random.Generator) -> np.ndarray:
    """AR(1) with standard normal marginals, so that the true quantiles are known."""
    noise = generator.standard_normal(count + 500) * math.sqrt(1.0 - correlation**2)
    return signal.lfilter([1.0], [1.0, -correlation], noise)[500:]


def test_a_quantile_is_the_smallest_value_that_the_share_does_not_exceed() -> None:
    # 100 values: the 95th is not exceeded by 95 of them, the 99th by 99
    values = np.arange(1.0, 101.0)
    assert [quantile(values, share) for share in SHARES] == [50.0, 95.0, 99.0]
    assert quantile(np.array([7.0]), 0.99) == 7.0


@given(times, st.integers(1, 999).map(lambda thousandth: thousandth / 1000))
def test_a_quantile_is_that_of_numpy_by_the_inverted_distribution(values: np.ndarray, share: float) -> None:
    ours, order = quantile(values, share), np.sort(values)
    assert np.mean(values <= ours) >= share - 1e-12
    assert np.mean(values < ours) < share
    # numpy does not guard share * n against rounding, so it may be one rank higher
    theirs = np.quantile(values, share, method="inverted_cdf")
    assert ours in (theirs, order[max(0, np.searchsorted(order, theirs) - 1)])


@pytest.mark.parametrize("values", [[], [1.0, math.nan]])
def test_a_quantile_of_nothing_or_of_nan_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="at least one value and no NaN"):
        quantile(np.array(values), 0.5)


@pytest.mark.parametrize("share", [0.0, 1.0, 95.0])
def test_a_share_outside_zero_and_one_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share between 0 and 1"):
        quantile(np.array([1.0]), share)


@pytest.mark.parametrize(("share", "needed"), [(0.50, 6), (0.95, 72), (0.99, 368)])
def test_an_interval_exists_from_the_stated_number_of_independent_values_on(share: float, needed: int) -> None:
    assert order_statistic_ranks(needed, share) is not None
    assert order_statistic_ranks(needed - 1, share) is None
    assert order_statistic_ranks(0, share) is None


@given(st.integers(1, 20_000), shares)
def test_the_tails_outside_the_ranks_hold_at_most_a_fortieth_and_narrower_ranks_would_hold_more(
    count: int, share: float
) -> None:
    ranks = order_statistic_ranks(count, share)
    below = stats.binom(count, share).cdf
    if ranks is None:
        assert below(count - 1) < 0.975 or below(0) > 0.025
        return
    low, high = ranks
    assert below(low - 1) <= 0.025 < below(low)
    assert below(high - 1) >= 0.975 > below(high - 2)


@pytest.mark.parametrize("share", SHARES)
def test_without_inflation_the_interval_is_that_of_scipy(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.stats.quantiles.variance_inflation", lambda _indicator: 1.0)
    values = np.random.default_rng(5).lognormal(size=2_000)
    interval = percentile_interval(values, share)
    result = stats.quantile_test(values, q=quantile(values, share), p=share)
    theirs = result.confidence_interval(0.95)
    assert interval == Interval(quantile(values, share), theirs.low, theirs.high)


def test_independent_values_have_no_inflation() -> None:
    generator = np.random.default_rng(11)
    found = [variance_inflation(generator.random(3_000) < 0.5) for _ in range(200)]
    assert np.mean(found) == pytest.approx(1.0, abs=0.1)


def test_values_that_come_in_equal_blocks_are_worth_one_per_block() -> None:
    # 4,000 independent coins, each repeated 5 times: the variance of the mean is 5 times that of 20,000 coins
    generator = np.random.default_rng(12)
    found = [variance_inflation(np.repeat(generator.random(4_000) < 0.5, 5)) for _ in range(100)]
    assert np.mean(found) == pytest.approx(5.0, rel=0.1)


def test_overlapping_batch_means_follow_the_published_formula() -> None:
    indicator = np.random.default_rng(13).random(90) < 0.3
    n, m, mean = 90, 3, indicator.mean()
    means = [indicator[start : start + m].mean() for start in range(n - m + 1)]
    variance = n * m * sum((one - mean) ** 2 for one in means) / ((n - m + 1) * (n - m))
    assert variance_inflation(indicator) == pytest.approx(variance / (mean * (1 - mean)))


def test_a_sample_too_short_for_batches_counts_as_independent() -> None:
    assert variance_inflation(np.array([True, False] * 29)) == 1.0
    assert variance_inflation(np.ones(1_000, dtype=bool)) == 1.0
    assert variance_inflation(np.array([], dtype=bool)) == 1.0


def test_no_values_have_no_interval() -> None:
    assert percentile_interval(np.array([]), 0.5) is None


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert percentile_interval(np.full(500, 3.0), 0.99) == Interval(3.0, 3.0, 3.0)


def test_a_percentile_that_reaches_into_the_failed_requests_is_not_given() -> None:
    values = np.random.default_rng(14).random(2_000)
    values[::50] = math.inf  # 2 % failed: p95 still stands below them, p99 is one of them
    found = percentiles(values)
    assert found.p50_s is not None
    assert found.p95_s is not None
    assert found.p99_s is None


def test_correlated_values_have_a_wider_interval_than_the_same_values_shuffled() -> None:
    generator = np.random.default_rng(15)
    values = autoregressive(5_000, 0.9, generator)
    ordered, shuffled = percentile_interval(values, 0.95), percentile_interval(generator.permutation(values), 0.95)
    assert ordered is not None
    assert shuffled is not None
    assert ordered.high - ordered.low > 2.0 * (shuffled.high - shuffled.low)
    assert ordered.value == shuffled.value


@given(times, shares, st.sampled_from([0.25, 2.0, 1024.0]))
def test_scaling_the_values_scales_the_interval(values: np.ndarray, share: float, factor: float) -> None:
    plain, scaled = percentile_interval(values, share), percentile_interval(values * factor, share)
    if plain is None:
        assert scaled is None
    else:
        assert scaled == Interval(plain.value * factor, plain.low * factor, plain.high * factor)


@given(arrays(np.int64, st.integers(6, 300), elements=st.integers(0, 10**9)), shares, st.integers(1, 10**9))
def test_shifting_the_values_shifts_the_interval(values: np.ndarray, share: float, shift: int) -> None:
    plain, shifted = percentile_interval(values, share), percentile_interval(values + shift, share)
    if plain is None:
        assert shifted is None
    else:
        assert shifted == Interval(plain.value + shift, plain.low + shift, plain.high + shift)


@given(times, shares)
def test_the_interval_encloses_its_value(values: np.ndarray, share: float) -> None:
    interval = percentile_interval(values, share)
    assert interval is None or interval.low <= interval.value <= interval.high


@given(st.integers(1, 500), st.data())
def test_a_share_is_exceeded_where_the_binomial_test_of_scipy_says_so(count: int, data: st.DataObject) -> None:
    having = data.draw(st.integers(0, count))
    with mock.patch("harness.stats.quantiles.variance_inflation", return_value=1.0):
        ours = share_exceeds(np.arange(count) < having, 0.01)
    assert ours == (stats.binomtest(having, count, 0.01, alternative="greater").pvalue <= 0.025)


def test_one_late_request_of_thirty_is_chance_and_three_are_not() -> None:
    assert not share_exceeds(np.arange(30) == 7, 0.01)
    assert share_exceeds(np.arange(30) % 10 == 7, 0.01)
    assert not share_exceeds(np.array([], dtype=bool), 0.01)


def test_one_long_delay_is_no_sign_of_many() -> None:
    # 30 of 1,000 are 3 %, but all in one stretch: as good as a single event
    indicator = np.zeros(1_000, dtype=bool)
    indicator[500:530] = True
    assert not share_exceeds(indicator, 0.01)
    assert share_exceeds(np.random.default_rng(16).permutation(indicator), 0.01)


COVERAGE = [(0.0, 1_000), (0.5, 2_000), (0.9, 10_000)]


@pytest.mark.parametrize(("correlation", "count"), COVERAGE)
@pytest.mark.parametrize("share", SHARES)
def test_the_interval_covers_the_true_quantile_in_about_95_of_100_samples(
    correlation: float, count: int, share: float
) -> None:
    generator = np.random.default_rng(2026)
    truth = stats.norm.ppf(share)
    intervals = [percentile_interval(autoregressive(count, correlation, generator), share) for _ in range(150)]
    given_ones = [interval for interval in intervals if interval is not None]
    covered = sum(interval.low <= truth <= interval.high for interval in given_ones)
    assert len(given_ones) >= 100
    # a true 95 % falls below 90 % of 150 in 1 of 100 simulations; the seed is fixed
    assert covered / len(given_ones) >= 0.90


def test_an_interval_that_ignores_correlation_covers_far_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.stats.quantiles.variance_inflation", lambda _indicator: 1.0)
    generator = np.random.default_rng(2026)
    intervals = [percentile_interval(autoregressive(2_000, 0.9, generator), 0.5) for _ in range(100)]
    assert sum(interval.low <= 0.0 <= interval.high for interval in intervals) < 60
