"""What is drawn for each process pair, so that nothing favours one side: a pure function of seed and number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from harness.stack.fresh import Placement

#: Every so many pairs, one is the control: the baseline against itself.
CONTROL_EVERY = 5

#: Requests of an operation of middling cost per pair and side, with all operations of the suite; fewer operations
#: share as much time.
REPETITIONS = 6
_SUITE_OPERATIONS = 26
_MOST_REPETITIONS = 150


@dataclass(frozen=True)
class PairPlan:
    """``start_order``: the places of the sides in the order in which they are started; the control's sides are
    both the baseline. The sides share cores and hash seed: what these cost, they cost both."""

    number: int
    is_control: bool
    start_order: tuple[int, ...]
    placement: Placement
    draws: Random


def plan_pair(seed: int, number: int, cores: Sequence[int]) -> PairPlan:
    """The pair ``number`` (from 1) of a comparison; ``cores`` are those this process may use.

    Both services run on one core, both databases on another, drawn anew: they never work at the same time, and a
    core with a noisy neighbour slows both sides.
    """
    draws = Random(f"pair {seed} {number}")
    first, second = draws.sample([0, 1], 2)
    service_core, database_core = draws.sample(sorted(cores), 2) if len(cores) > 1 else (cores[0], cores[0])
    return PairPlan(
        number=number,
        is_control=number % CONTROL_EVERY == 0,
        start_order=(first, second),
        placement=Placement(
            hash_seed=draws.randrange(1 << 32),
            service_cores=frozenset({service_core}),
            database_cores=frozenset({database_core}),
        ),
        draws=draws,
    )


def repetitions(costs_s: Sequence[float]) -> tuple[int, ...]:
    """How often each operation is sent per pair, by what one request of it costs.

    Noise being about the same ratio for all, the time of a pair tells most when an operation is repeated in
    proportion to 1 / sqrt(cost) (Neyman's optimal allocation, Cochran, Sampling Techniques, 1977, 5.5).
    """
    scale = max(1.0, _SUITE_OPERATIONS / len(costs_s))
    middle_s = sorted(costs_s)[len(costs_s) // 2]
    wanted = (REPETITIONS * scale * (middle_s / cost_s) ** 0.5 for cost_s in costs_s)
    return tuple(max(2, min(_MOST_REPETITIONS, round(times))) for times in wanted)
