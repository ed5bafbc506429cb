"""How often the interval of a percentile covers the truth: the table "Coverage" of docs/method.md.

Usage: python -m benchmarks.quantile_coverage [SAMPLES], about a minute for 1,000.
"""

from __future__ import annotations

import math
import sys
from unittest import mock

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter
from scipy.stats import norm

from harness.stats.quantiles import percentile_interval

SEED = 2026
CASES = [(0.0, 500), (0.0, 2_000), (0.0, 10_000), (0.5, 2_000), (0.9, 2_000), (0.9, 10_000), (0.97, 10_000)]
SHARES = (0.50, 0.95, 0.99)
#: An AR(1) series forgets its start after this many values.
BURN_IN = 500


def autoregressive(count: int, correlation: float, generator: np.random.Generator) -> npt.NDArray[np.float64]:
    """AR(1) whose values are standard normal, so that their quantiles are known."""
    noise = generator.standard_normal(count + BURN_IN) * math.sqrt(1.0 - correlation**2)
    series: npt.NDArray[np.float64] = lfilter([1.0], [1.0, -correlation], noise)
    return series[BURN_IN:]


def coverage(samples: list[npt.NDArray[np.float64]], share: float) -> tuple[float, float]:
    """The share of intervals that cover the truth, and the share of samples that have an interval."""
    truth = norm.ppf(share)
    intervals = [found for sample in samples if (found := percentile_interval(sample, share))]
    covered = sum(interval.low <= truth <= interval.high for interval in intervals)
    return covered / max(1, len(intervals)), len(intervals) / len(samples)


def main(sample_count: int) -> None:
    generator = np.random.default_rng(SEED)
    print("| r | n | percentile | covered | given | covered by the naive interval |")
    print("|---|---|---|---|---|---|")
    for correlation, count in CASES:
        for share in SHARES:
            samples = [autoregressive(count, correlation, generator) for _ in range(sample_count)]
            covered, given = coverage(samples, share)
            with mock.patch("harness.stats.quantiles.variance_inflation", return_value=1.0):
                naive, _ = coverage(samples, share)
            print(
                f"| {correlation} | {count:,} | p{share * 100:.0f} | {covered:.1%} | {given:.0%} | {naive:.1%} |"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
