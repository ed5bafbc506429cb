"""A test of the effect that may be looked at after every pair, and the bounds it gives.

Formulas, constants, references and why this test: docs/method.md, "Looking after every pair".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

#: How boldly each of the equally rich gamblers bets, per scale: small effects feed the first, large ones the last.
BET_STRENGTHS = (0.2, 0.5, 1.2, 4.0)

#: Distances beyond this many scales bet no more: one outlier must not ruin a gambler.
BET_LIMIT_SCALES = 2.0

#: The scale before the first pair, as a log-ratio; it weighs as much as SCALE_PRIOR_PAIRS pairs.
SCALE_PRIOR_LOG_RATIO = 0.02
SCALE_PRIOR_PAIRS = 2

#: Nothing is decided before this many pairs, however clear it seems.
MINIMUM_PAIRS = 6

#: The median absolute deviation of a normal distribution times this is its standard deviation.
NORMAL_SCALE_PER_MAD = 1.4826

#: More than anyone asks for, and still a number: a thousand pairs that all agree would be infinite.
LARGEST_LOG_WEALTH = 700.0

#: Halvings of the bracket around a bound: from a log-ratio of 1 down to 1e-9.
BISECTION_STEPS = 30

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Wealth:
    """What gamblers have won on the effect being above a center, by log-ratios in the order of their measurement.

    ``values`` must be finite. If each is symmetric about the center given those before it, the wealth is a
    martingale from 1, and reaches W at any time with probability 1/W at most (Ville).
    """

    values: Floats
    scales: Floats

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        array = np.asarray(values, dtype=np.float64)
        return cls(values=array, scales=_scales_known_before(array))

    def mirrored(self) -> Self:
        """The same for the opposite effects: the other side's gamblers."""
        return type(self)(values=-self.values, scales=self.scales)

    def largest(self, center: float) -> float:
        """The most the gamblers together ever had, while betting that the effect is above ``center``."""
        if self.values.size == 0:
            return 1.0
        distances = np.clip((self.values - center) / self.scales, -BET_LIMIT_SCALES, BET_LIMIT_SCALES)
        bets = np.multiply.outer(distances, BET_STRENGTHS)
        # exp(b) / cosh(b) = 2 / (1 + exp(-2 b))
        log_wealth = np.cumsum(math.log(2.0) - np.log1p(np.exp(-2.0 * bets)), axis=0)
        return max(1.0, float(np.exp(np.minimum(log_wealth, LARGEST_LOG_WEALTH)).mean(axis=1).max()))

    def lower_bound(self, error_ratio: float) -> float | None:
        """The smallest center at which the gamblers have not yet won 1 / ``error_ratio``.

        The effect is below it, now or at any time, with probability ``error_ratio`` at most. The wealth falls
        as the center rises, so the bound is unique. None while too few pairs can exclude anything.
        """
        needed = 1.0 / error_ratio
        reach = BET_LIMIT_SCALES * float(self.scales.max(initial=0.0))
        if self.values.size < MINIMUM_PAIRS or self.largest(low := float(self.values.min()) - reach) < needed:
            return None
        high = float(self.values.max())
        for _ in range(BISECTION_STEPS):
            middle = (low + high) / 2.0
            if self.largest(middle) < needed:
                high = middle
            else:
                low = middle
        return low


def p_value(values: Sequence[float], *, above: bool) -> float:
    """How probable at most such evidence for an effect above 0, or else below, was at any time up to now.

    The direction may have been chosen by looking: the other one is paid for. 1.0 before MINIMUM_PAIRS pairs.
    """
    if len(values) < MINIMUM_PAIRS:
        return 1.0
    upward = Wealth.of(values)
    return min(1.0, 2.0 / (upward if above else upward.mirrored()).largest(0.0))


def bounds(values: Sequence[float], error_ratio: float) -> tuple[float, float] | None:
    """Lower and upper bound of the effect, each wrong at any time with probability ``error_ratio`` at most."""
    above = Wealth.of(values)
    low, below = above.lower_bound(error_ratio), above.mirrored().lower_bound(error_ratio)
    return None if low is None or below is None else (low, -below)


def _scales_known_before(values: Floats) -> Floats:
    """The scale for each bet, from the values before it: median absolute deviation, with the prior as a weight."""
    counts = np.arange(1, values.size)
    past = np.where(counts[:, None] > np.arange(values.size), values, np.inf)
    deviations = _medians(np.abs(past - _medians(past, counts)[:, None]), counts) * NORMAL_SCALE_PER_MAD
    known = (SCALE_PRIOR_PAIRS * SCALE_PRIOR_LOG_RATIO + counts * deviations) / (SCALE_PRIOR_PAIRS + counts)
    return np.concatenate((np.full(min(1, values.size), SCALE_PRIOR_LOG_RATIO), known))


def _medians(rows: Floats, counts: npt.NDArray[np.int64]) -> Floats:
    """The median of the ``counts[i]`` smallest numbers of each row; those behind are infinite and no numbers."""
    ordered, row = np.sort(rows, axis=1), np.arange(counts.size)
    return (ordered[row, (counts - 1) // 2] + ordered[row, counts // 2]) / 2.0
