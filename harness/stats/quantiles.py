"""Quantiles of requests of one process: one definition, and an interval that knows requests are correlated.

Formulas, constants and references: docs/method.md, "Percentiles".
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy  # its special functions are read when first used: 0.7 s that no user waits for before the load

from harness.model import Interval, Percentiles

#: Two-sided confidence of every interval in a run.
CONFIDENCE_RATIO = 0.95

#: The sample is seen through windows of 1/30 of its length (Schmeiser 1982 advises 10 to 30 batches).
BATCH_COUNT = 30

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[Any]


def quantile(values: Numbers, share: float) -> float:
    """The smallest value that at least ``share`` of ``values`` do not exceed (Hyndman & Fan 1996, definition 1).

    ``values``: one dimension, at least one element; ``0 < share < 1``. It is always one of the values.
    ValueError for an empty array, NaN or a share outside that range.
    """
    return _quantile_of_sorted(_checked_and_sorted(values, share), share)


def variance_inflation(indicator: Numbers) -> float:
    """How much larger the variance of the mean of ``indicator`` is than independence would make it.

    Overlapping batch means (Meketon & Schmeiser 1984): with n values, batches of m = n // BATCH_COUNT and
    their n - m + 1 overlapping means, V = n m sum((mean_j - mean)^2) / ((n - m + 1)(n - m)) estimates n times
    the variance of the mean; independence would make it p (1 - p). 1.0 where the sample is too small or constant.
    """
    count, mean = indicator.size, float(indicator.mean()) if indicator.size else 0.0
    size = count // BATCH_COUNT
    if size < 2 or mean in (0.0, 1.0):
        return 1.0
    sums = np.concatenate(([0.0], np.cumsum(indicator - mean)))
    batch_sums = sums[size:] - sums[:-size]
    variance = count * float(np.square(batch_sums).sum()) / size / ((count - size + 1) * (count - size))
    return variance / (mean * (1.0 - mean))


def order_statistic_ranks(count: int, share: float) -> tuple[int, int] | None:
    """Ranks (from 1) of the two order statistics of ``count`` independent values that enclose the quantile.

    Binomial bounds (David & Nagaraja 2003, 7.1): the narrowest ranks whose tails outside hold at most
    (1 - CONFIDENCE_RATIO) / 2 each. None when one of them does not exist: the upper one needs
    ``1 - share**count >= 0.975``, which is 368 values for p99 and 72 for p95.
    """
    if count < 1:
        return None
    tail = (1.0 - CONFIDENCE_RATIO) / 2.0
    low, high = _binomial_quantile(tail, count, share), _binomial_quantile(1.0 - tail, count, share) + 1
    return (low, high) if low >= 1 and high <= count else None


def percentile_interval(values: Numbers, share: float) -> Interval | None:
    """The quantile of ``values`` with its 95 % interval; ``values`` are in order of due time.

    The binomial ranks are those of n_eff = n / max(1, inflation) independent values, inflation being that of
    I(x <= quantile). One of these stands for n / n_eff neighbours of the sorted sample; the interval takes the
    outer ends of those blocks. ``inf`` stands for a request that got no right answer. None when the sample
    cannot support the interval, or when part of it is not finite. ValueError for NaN.
    """
    if values.size == 0:
        return None
    ordered = _checked_and_sorted(values, share)
    value = _quantile_of_sorted(ordered, share)
    effective = math.floor(values.size / max(1.0, variance_inflation(values <= value)))
    ranks = order_statistic_ranks(effective, share)
    if ranks is None:
        return None
    block = values.size / effective
    low = float(ordered[math.floor((ranks[0] - 1) * block)])
    high = float(ordered[min(values.size, math.ceil(ranks[1] * block)) - 1])
    return Interval(value=value, low=low, high=high) if math.isfinite(high) else None


def share_exceeds(indicator: Numbers, share: float) -> bool:
    """Whether more than ``share`` of the requests have the property ``indicator``, beyond chance.

    One-sided binomial test at (1 - CONFIDENCE_RATIO) / 2 with the effective number of requests, as for
    :func:`percentile_interval`: the lower bound of the quantile 1 - share then lies among those that have it.
    """
    inflation = max(1.0, variance_inflation(indicator))
    count, having = math.floor(indicator.size / inflation), math.floor(float(indicator.sum()) / inflation)
    return having > 0 and float(scipy.special.bdtrc(having - 1, count, share)) <= (1.0 - CONFIDENCE_RATIO) / 2.0


def percentiles(values_s: Numbers) -> Percentiles:
    """p50, p95 and p99 of times in seconds, in order of due time."""
    return Percentiles(
        p50_s=percentile_interval(values_s, 0.50),
        p95_s=percentile_interval(values_s, 0.95),
        p99_s=percentile_interval(values_s, 0.99),
    )


def _checked_and_sorted(values: Numbers, share: float) -> Floats:
    if not 0.0 < share < 1.0:
        raise ValueError(f"a quantile needs a share between 0 and 1, not {share}")
    if values.size == 0 or np.isnan(values).any():
        raise ValueError("a quantile needs at least one value and no NaN")
    return np.sort(values).astype(np.float64)


def _quantile_of_sorted(ordered: Floats, share: float) -> float:
    # 0.95 * 100 is a hair above 95 in floating point: without the rounding the rank would be one too high
    return float(ordered[math.ceil(round(share * ordered.size, 9)) - 1])


def _binomial_quantile(probability: float, count: int, share: float) -> int:
    """Smallest k with P(Binomial(count, share) <= k) >= probability; scipy.stats would cost seconds to import."""
    above = math.ceil(scipy.special.bdtrik(probability, count, share))
    return above - 1 if above >= 1 and scipy.special.bdtr(above - 1, count, share) >= probability else above
