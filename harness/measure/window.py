"""Which part of a trial is measured, and what was due and answered in it. Formulas: docs/method.md."""

from __future__ import annotations

from dataclasses import dataclass

from harness.measure.samples import Samples, is_ok
from scenarios.load_plan import LoadPlan
from scenarios.schedule import end_s

_NS_PER_S = 1_000_000_000


@dataclass(frozen=True)
class Window:
    """CLOCK_MONOTONIC instants in ns; both ends belong to it."""

    begin_ns: int
    end_ns: int

    @property
    def length_s(self) -> float:
        return (self.end_ns - self.begin_ns) / _NS_PER_S

    def due(self, samples: Samples) -> Samples:
        """Those that were due inside, however late they were answered."""
        return self._inside(samples, "due_ns")

    def ended(self, samples: Samples) -> Samples:
        """Those whose end, good or bad, came inside, whenever they were due."""
        return self._inside(samples, "end_ns")

    def rate_per_s(self, count: int) -> float:
        return count / self.length_s if self.length_s > 0.0 else 0.0

    def reached_rate_per_s(self, samples: Samples) -> float:
        """Right answers that came inside, per second; an answer that came after the end does not count."""
        return self.rate_per_s(int(is_ok(self.ended(samples)).sum()))

    def _inside(self, samples: Samples, field: str) -> Samples:
        instants = samples[field]
        return samples[(instants >= self.begin_ns) & (instants <= self.end_ns)]


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
