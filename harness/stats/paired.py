"""Estimate and interval of the effect from the log-ratios of pairs: Hodges-Lehmann and Wilcoxon's signed ranks.

Formulas, constants and references: docs/method.md, "Effect and its interval".
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from harness.stats.quantiles import CONFIDENCE_RATIO

Floats = npt.NDArray[np.float64]


def hodges_lehmann(values: Sequence[float]) -> float:
    """The median of the means of all pairs of values, each value with itself included.

    ValueError for no value, or for one that is not finite.
    """
    return float(np.median(_walsh_averages(values)))


def signed_rank_interval(
    values: Sequence[float], confidence_ratio: float = CONFIDENCE_RATIO
) -> tuple[float, float] | None:
    """The centers that Wilcoxon's two-sided signed-rank test does not reject at 1 - ``confidence_ratio``.

    For independent values, each symmetric about the center. The null distribution is exact for every number of
    values. None when there are so few (below 6 for 95 %) that no center is ever rejected. ValueError as for
    :func:`hodges_lehmann`.
    """
    averages = np.sort(_walsh_averages(values))
    rejected = _rank_sums_in_lower_tail(len(values), confidence_ratio)
    if rejected == 0:
        return None
    return float(averages[rejected - 1]), float(averages[-rejected])


def _walsh_averages(values: Sequence[float]) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.size == 0 or not np.isfinite(array).all():
        raise ValueError("an estimate needs at least one value, and only finite ones")
    first, second = np.triu_indices(array.size)
    return (array[first] + array[second]) / 2.0


@lru_cache(maxsize=256)
def _rank_sums_in_lower_tail(count: int, confidence_ratio: float) -> int:
    """How many of the smallest rank sums 0, 1, ... have together at most half of 1 - ``confidence_ratio``.

    The sum of the ranks with positive sign is that of independent draws of 0 or k, each with probability 1/2.
    """
    probabilities = np.zeros(count * (count + 1) // 2 + 1)
    probabilities[0] = 1.0
    for rank in range(1, count + 1):
        with_rank = np.concatenate((np.zeros(rank), probabilities[:-rank]))
        probabilities = (probabilities + with_rank) / 2.0
    return int(np.searchsorted(np.cumsum(probabilities), (1.0 - confidence_ratio) / 2.0, side="right"))
