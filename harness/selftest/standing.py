"""Whether a rate that was counted reaches its aim. Pure functions.

It does when the rate itself does, after enough trials; it misses it when its whole 95 % interval does; between
the two, and before there are enough trials, the question is open.
"""

from __future__ import annotations

from harness.selftest.rates import Counted
from harness.selftest_result import Standing


def at_most(counted: Counted, aim_ratio: float, enough: int) -> Standing:
    return within(counted, (0.0, aim_ratio), enough)


def at_least(counted: Counted, aim_ratio: float, enough: int) -> Standing:
    return within(counted, (aim_ratio, 1.0), enough)


def within(counted: Counted, aim_ratios: tuple[float, float], enough: int) -> Standing:
    if counted.trials == 0:
        return "open"
    rate, (least, most) = counted.rate(), aim_ratios
    if rate.high < least or rate.low > most:
        return "missed"
    is_there = least <= counted.found / counted.trials <= most
    return "reached" if is_there and counted.trials >= enough else "open"


def none_in(counted: Counted, enough: int) -> Standing:
    """One is too many, however few trials there were."""
    if counted.found:
        return "missed"
    return "reached" if counted.trials >= enough else "open"
