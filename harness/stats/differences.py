"""Two estimates that were made apart from each other, and how they differ (pure).

Formulas and references: docs/method.md, "Changes from build to build".
"""

from __future__ import annotations

import math
from typing import NamedTuple

import scipy

from harness.stats.quantiles import CONFIDENCE_RATIO


class Estimate(NamedTuple):
    """A log-ratio with its standard error, from so many pairs. No pairs: known, not estimated."""

    effect: float
    standard_error: float
    pairs: int


class Difference(NamedTuple):
    """Of two estimates, the second minus the first: log-ratio, bounds of its 95 % interval, two-sided p-value."""

    effect: float
    low: float
    high: float
    p_value: float


#: What a build is over itself.
NO_CHANGE = Estimate(0.0, 0.0, 0)


def estimate(effect: float, low: float, high: float, pairs: int) -> Estimate:
    """From a log-ratio and its 95 % interval over at least two pairs: as wide as Student's t would make it."""
    quantile = _quantile((1.0 + CONFIDENCE_RATIO) / 2.0, pairs - 1)
    return Estimate(effect, (high - low) / 2.0 / quantile, pairs)


def difference(first: Estimate, second: Estimate) -> Difference:
    """Welch's t (Biometrika 34, 1947). Two estimates without any error differ for certain, or not at all."""
    effect = second.effect - first.effect
    error = math.hypot(first.standard_error, second.standard_error)
    if not error:
        return Difference(effect, effect, effect, 0.0 if effect else 1.0)
    freedom = error**4 / sum(one.standard_error**4 / (one.pairs - 1) for one in (first, second) if one.pairs > 1)
    half_width = error * _quantile((1.0 + CONFIDENCE_RATIO) / 2.0, freedom)
    p_value = 2.0 * float(scipy.special.stdtr(freedom, -abs(effect) / error))
    return Difference(effect, effect - half_width, effect + half_width, p_value)


def _quantile(share: float, freedom: float) -> float:
    return float(scipy.special.stdtrit(freedom, share))
