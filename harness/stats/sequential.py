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

    The last axis of the arrays is that of the pairs; in front of it there may be one of questions, each with
    gamblers of its own. ``values`` must be finite. If each is symmetric about the center given those before it,
    the wealth is a martingale from 1, and reaches W at any time with probability 1/W at most (Ville).
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
        return float(self.path(center).max(initial=1.0))

    def path(self, center: float | Floats) -> Floats:
        """What they had after each of the values; a center for all questions, or one for each."""
        from_center = self.values - np.asarray(center)[..., None]
        distances = np.clip(from_center / self.scales, -BET_LIMIT_SCALES, BET_LIMIT_SCALES)
        bets = np.multiply.outer(distances, BET_STRENGTHS)
        # exp(b) / cosh(b) = 2 / (1 + exp(-2 b))
        log_wealth = np.cumsum(math.log(2.0) - np.log1p(np.exp(-2.0 * bets)), axis=-2)
        wealth: Floats = np.exp(np.minimum(log_wealth, LARGEST_LOG_WEALTH)).mean(axis=-1)
        return wealth

    def lower_bounds(self, error_ratios: Floats) -> Floats:
        """For each question the smallest center at which its gamblers have not yet won 1 / its ``error_ratios``.

        The effect is below it, now or at any time, with that probability at most. The wealth falls as the center
        rises, so the bound is unique. NaN while too few pairs can exclude anything.
        """
        if self.values.shape[-1] < MINIMUM_PAIRS:
            return np.full(self.values.shape[:-1], math.nan)
        needed = 1.0 / error_ratios
        low = self.values.min(axis=-1) - BET_LIMIT_SCALES * self.scales.max(axis=-1)
        high = self.values.max(axis=-1)
        is_bounded = self.path(low).max(axis=-1) >= needed
        for _ in range(BISECTION_STEPS):
            middle = (low + high) / 2.0
            is_too_high = self.path(middle).max(axis=-1, initial=1.0) < needed
            low, high = np.where(is_too_high, low, middle), np.where(is_too_high, middle, high)
        return np.where(is_bounded, low, math.nan)


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
    return bounds_of_each([values], [error_ratio])[0]


def bounds_of_each(
    rows: Sequence[Sequence[float]], error_ratios: Sequence[float]
) -> list[tuple[float, float] | None]:
    """The bounds of many questions, each with an error of its own, in little more than the time of one."""
    found: list[tuple[float, float] | None] = [None] * len(rows)
    for length in {len(row) for row in rows}:
        alike = [place for place, row in enumerate(rows) if len(row) == length]
        wealth = [Wealth.of(rows[place]) for place in alike]
        above = Wealth(np.array([one.values for one in wealth]), np.array([one.scales for one in wealth]))
        errors = np.array([error_ratios[place] for place in alike])
        low, below = above.lower_bounds(errors), above.mirrored().lower_bounds(errors)
        for place, bounded in zip(alike, zip(low.tolist(), (-below).tolist(), strict=True), strict=True):
            found[place] = None if any(map(math.isnan, bounded)) else bounded
    return found


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
