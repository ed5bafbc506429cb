"""The interval of a rate that was counted."""

from __future__ import annotations

import math

#: Quantile of the normal distribution of a two-sided 95 % interval.
DEVIATIONS = 1.960


def wilson_interval(found: int, trials: int) -> tuple[float, float]:
    """Bounds of the rate of which ``found`` of ``trials`` independent trials are an estimate, 95 % (Wilson, 1927).

    ValueError for no trial.
    """
    if trials <= 0 or not 0 <= found <= trials:
        raise ValueError(f"there is no rate of {found} in {trials}")
    rate, square = found / trials, DEVIATIONS**2
    center = rate + square / (2 * trials)
    half = DEVIATIONS * math.sqrt(rate * (1 - rate) / trials + square / (4 * trials * trials))
    low, high = ((center + side) / (1 + square / trials) for side in (-half, half))
    # rounding apart, a rate of 0 has the lower bound 0, and one of 1 the upper bound 1
    return (0.0 if found == 0 else low, 1.0 if found == trials else high)
