"""Which part of a trial is measured, and what was due and answered in it. Formulas: docs/method.md."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.measure.samples import Samples, is_ok
from scenarios.load_plan import LoadPlan
from scenarios.schedule import end_s

_NS_PER_S = 1_000_000_000


@dataclass(frozen=True)
class Window:
    """CLOCK_MONOTONIC instants in ns; both ends belong to it. ``clock_change_ns``: how far at most the instants of
    remote workers were moved to the master's clock; a request due at either end is inside all the same."""

    begin_ns: int
    end_ns: int
    clock_change_ns: int = 0

    @property
    def length_s(self) -> float:
        return (self.end_ns - self.begin_ns) / _NS_PER_S

    def is_due(self, samples: Samples) -> npt.NDArray[np.bool_]:
        """Which of them were due inside, however late they were answered."""
        due_ns, change_ns = samples["due_ns"], self.clock_change_ns
        return np.asarray((due_ns >= self.begin_ns - change_ns) & (due_ns <= self.end_ns + change_ns))

    def due(self, samples: Samples) -> Samples:
        return samples[self.is_due(samples)]

    def ended(self, samples: Samples) -> Samples:
        """Those whose end, good or bad, came inside, whenever they were due."""
        end_ns = samples["end_ns"]
        return samples[(end_ns >= self.begin_ns) & (end_ns <= self.end_ns)]

    def rate_per_s(self, count: int) -> float:
        return count / self.length_s if self.length_s > 0.0 else 0.0

    def reached_rate_per_s(self, samples: Samples) -> float:
        """Right answers that came inside, per second; an answer that came after the end does not count."""
        return self.rate_per_s(int(is_ok(self.ended(samples)).sum()))


def measured_window(plan: LoadPlan, start_ns: int, samples: Samples, *, complete: bool) -> Window:
    """The window of a trial whose schedule began at ``start_ns``; ``samples`` are all of it, sorted by due.

    With ``hold_for_s``: the hold, without the ramp-up. With a ramp-up alone: the ramp-up. Either closes early,
    with the last sign of life, when iterations or the end of an incomplete trial cut it short. With iterations
    alone: from the start, for an open loop until the last arrival has had one mean gap of time, for a closed loop
    until the last answer.
    """
    schedule_s = end_s(plan)
    if schedule_s is None:
        return Window(start_ns, _end_of_iterations(plan, start_ns, samples))
    begin_ns = start_ns + (round(plan.ramp_up_s * _NS_PER_S) if plan.hold_for_s else 0)
    end_ns = start_ns + round(schedule_s * _NS_PER_S)
    if plan.iterations is not None or not complete:
        end_ns = max(begin_ns, min(end_ns, _last_ns(samples, start_ns)))
    return Window(begin_ns, end_ns)


def _end_of_iterations(plan: LoadPlan, start_ns: int, samples: Samples) -> int:
    if plan.rate_per_s is None or samples.size < 2:
        return _last_ns(samples, start_ns)
    first_ns, last_ns = int(samples["due_ns"][0]), int(samples["due_ns"][-1])
    return last_ns + (last_ns - first_ns) // (samples.size - 1)


def _last_ns(samples: Samples, start_ns: int) -> int:
    """The last instant that any sample knows of."""
    return max(int(samples["due_ns"].max()), int(samples["end_ns"].max())) if samples.size else start_ns
