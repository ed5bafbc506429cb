"""When requests are due: a pure function of the plan, in seconds after the start of the schedule.

Open loop (a rate is given): the rate rises from 0 during the ramp-up, in a line or in equal steps, and then
holds. Arrival i is due when the integral of the rate reaches i, so as many arrivals are due as the integral
says, rounded up. Poisson arrivals are the same number, at instants drawn independently where the integral is
uniform: a Poisson process given its count (order statistics property), so both builds of a comparison get
the load asked for to the last request. Arrival i belongs to worker ``i % workers``.

Closed loop (no rate): user k starts after its share of the ramp-up and works back to back; it belongs to
worker ``k % workers``.

As Taurus documents: ``iterations`` is per user, whichever of iterations and time ends first ends the load, and
without either each user does one iteration. A ramp-up alone is a time.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

from scenarios.load_plan import LoadPlan


@dataclass(frozen=True)
class _Phase:
    """A stretch of the schedule; the rate is constant, or rises from 0 to ``rate_per_s`` in ``rises_in_s``.
    ``begin`` and ``end`` are the integral of the rate there: numbers of arrivals."""

    begin_s: float
    begin: float
    end: float
    rate_per_s: float
    rises_in_s: float | None = None

    def instant_s(self, position: float) -> float:
        """Where the integral of the rate reaches ``position``."""
        arrivals = position - self.begin
        if self.rises_in_s is None:
            return self.begin_s + arrivals / self.rate_per_s
        return self.begin_s + math.sqrt(2 * arrivals * self.rises_in_s / self.rate_per_s)


def end_s(plan: LoadPlan) -> float | None:
    """When the load ends by time; None when only the number of iterations ends it."""
    if plan.hold_for_s or (plan.ramp_up_s and not plan.iterations):
        return plan.ramp_up_s + (plan.hold_for_s or 0.0)
    return None


def iterations_per_user(plan: LoadPlan) -> int | None:
    """How often each user goes through its work; None when only time ends it."""
    if plan.iterations:
        return plan.iterations
    return 1 if end_s(plan) is None else None


def active_workers(plan: LoadPlan) -> int:
    """Workers that have a user; those that do not get no arrivals."""
    return min(plan.workers, plan.users)


def worker_arrivals_s(plan: LoadPlan) -> Iterator[float]:
    """Open loop: when the arrivals of ``plan.worker`` are due, in order."""
    if plan.worker < active_workers(plan):
        yield from islice(arrivals_s(plan), plan.worker, None, active_workers(plan))


def arrivals_s(plan: LoadPlan) -> Iterator[float]:
    """Open loop: when the arrivals of all workers are due, in order, all before ``end_s``."""
    phases = _phases(plan)
    positions = _poisson(plan.seed, phases[-1].end) if plan.arrivals == "poisson" else _constant(phases[-1].end)
    per_user = iterations_per_user(plan)
    limit = None if per_user is None else plan.users * per_user
    return _instants_s(phases, islice(positions, limit))


def worker_users(plan: LoadPlan) -> range:
    """The users of ``plan.worker``, by their number among all."""
    return range(plan.worker, plan.users, plan.workers)


def user_start_s(plan: LoadPlan, user: int) -> float:
    """Closed loop: when this user begins."""
    if plan.steps:
        return (user * plan.steps // plan.users) * plan.ramp_up_s / plan.steps
    return user * plan.ramp_up_s / plan.users


def _phases(plan: LoadPlan) -> list[_Phase]:
    rate = plan.rate_per_s
    if not rate:
        raise ValueError("a closed loop has no arrivals")
    end = end_s(plan)
    hold_s = math.inf if end is None else end - plan.ramp_up_s
    stretches: list[tuple[float, float, bool]] = [(hold_s, rate, False)]
    if plan.ramp_up_s and plan.steps:
        step_s = plan.ramp_up_s / plan.steps
        stretches[:0] = [(step_s, rate * (step + 1) / plan.steps, False) for step in range(plan.steps)]
    elif plan.ramp_up_s:
        stretches.insert(0, (plan.ramp_up_s, rate, True))
    phases = []
    begin_s = begin = 0.0
    for length_s, rate_per_s, rises in stretches:
        arrivals = length_s * rate_per_s / (2 if rises else 1)
        phases.append(_Phase(begin_s, begin, begin + arrivals, rate_per_s, length_s if rises else None))
        begin_s += length_s
        begin += arrivals
    return phases


def _asked(integral: float) -> int:
    """The number of arrivals: rounded up once the noise of computing the integral is gone."""
    return math.ceil(round(integral, 6))


def _instants_s(phases: list[_Phase], positions: Iterator[float]) -> Iterator[float]:
    waiting = iter(phases)
    phase = next(waiting)
    for position in positions:
        while position >= phase.end and phase is not phases[-1]:
            phase = next(waiting)
        yield phase.instant_s(position)


def _constant(integral: float) -> Iterator[float]:
    return map(float, count() if integral == math.inf else range(_asked(integral)))


def _poisson(seed: int, integral: float) -> Iterator[float]:
    """Positions of a Poisson process of rate 1: without end, by exponential gaps; else sorted uniform ones, each
    from the one before by the distribution of the least of those left."""
    random_numbers = random.Random(seed)
    position = 0.0
    if integral == math.inf:
        while True:
            position += random_numbers.expovariate(1.0)
            yield position
    for left in range(_asked(integral), 0, -1):
        position = integral - (integral - position) * (1.0 - random_numbers.random()) ** (1.0 / left)
        yield position
