"""How far the clock of a remote worker is from the master's, and how well that is known: pure functions.

Each machine has a CLOCK_MONOTONIC of its own. As NTP does, the master asks and the worker answers with its time, a
number of times before the load and again after it. The answer that came back fastest says most: the difference is
known to half of what that exchange took on its way. Between the two readings clocks are taken to run evenly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: More than the kernel lets NTP slew a clock (500 ppm), and more than any quartz is off.
DRIFT_LIMIT_RATIO = 0.001


@dataclass(frozen=True)
class Exchange:
    """One question and its answer, in ns: ``asked`` and ``returned`` by the master's clock, ``received`` and
    ``answered`` by the worker's."""

    asked_ns: int
    received_ns: int
    answered_ns: int
    returned_ns: int

    @property
    def difference_ns(self) -> int:
        """The worker's clock minus the master's, were both ways equally long."""
        return ((self.received_ns - self.asked_ns) + (self.answered_ns - self.returned_ns)) // 2

    @property
    def error_ns(self) -> int:
        """How wrong that can be: one way took no time at all, the other one all of it."""
        travelled_ns = (self.returned_ns - self.asked_ns) - (self.answered_ns - self.received_ns)
        return (travelled_ns + 1) // 2


@dataclass(frozen=True)
class ClockReading:
    """``at_ns``: when, by the worker's clock. ``difference_ns``: that minus the master's, +- ``error_ns``."""

    at_ns: int
    difference_ns: int
    error_ns: int


def read_clock(exchanges: Sequence[Exchange]) -> ClockReading:
    """What the fastest exchange says. ValueError without exchanges."""
    best = min(exchanges, key=lambda exchange: exchange.error_ns)
    return ClockReading(best.answered_ns, best.difference_ns, best.error_ns)


def jump_ns(first: ClockReading, last: ClockReading) -> int | None:
    """By how much the clock moved against the master's between two readings, when neither their errors nor drift
    can explain it; None when they can."""
    moved_ns = last.difference_ns - first.difference_ns
    drift_ns = DRIFT_LIMIT_RATIO * abs(last.at_ns - first.at_ns)
    explained_ns = first.error_ns + last.error_ns + drift_ns
    return moved_ns if abs(moved_ns) > explained_ns else None


def drift_ratio(first: ClockReading, last: ClockReading) -> float:
    """How much faster the worker's clock runs than the master's; 0 for one and the same reading."""
    elapsed_ns = last.at_ns - first.at_ns
    return (last.difference_ns - first.difference_ns) / elapsed_ns if elapsed_ns else 0.0
