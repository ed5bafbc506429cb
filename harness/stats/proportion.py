"""How sure a share is that was counted."""

from __future__ import annotations

import math

#: Of the normal distribution: 95 % lie within so many deviations.
_DEVIATIONS = 1.96


def wilson_interval(hits: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a ratio of which ``hits`` of ``trials`` are known (Wilson, JASA 22, 1927); all of it
    without trials. ValueError for more hits than trials."""
    if not 0 <= hits <= trials:
        raise ValueError(f"{hits} of {trials} is no share")
    if not trials:
        return 0.0, 1.0
    ratio, square = hits / trials, _DEVIATIONS**2 / trials
    center = ratio + square / 2
    half = _DEVIATIONS * math.sqrt(ratio * (1 - ratio) / trials + (_DEVIATIONS / (2 * trials)) ** 2)
    return max(0.0, (center - half) / (1 + square)), min(1.0, (center + half) / (1 + square))
