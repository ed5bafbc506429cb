"""The paired lane: process pairs, one after the other, until the verdict is clear or the time is over."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from harness.measure.fresh_pair import cost_s, measure_fresh_pair
from harness.measure.observations import Observations
from harness.measure.pair import PairRows
from harness.measure.pair_plan import plan_pair, repetitions
from harness.measure.pair_store import PairLine, PairStore
from harness.stack.fresh import Origin
from scenarios.catalogue import Catalogue
from scenarios.operation import Operation


class PairedLane:
    """``origins``: baseline and contender; ``left_out``: names of operations that are not compared. What ``store``
    holds already counts as measured."""

    def __init__(  # noqa: PLR0913  what is compared, where to, and what is drawn
        self,
        origins: tuple[Origin, Origin],
        catalogue: Catalogue,
        operations: Sequence[Operation],
        store: PairStore,
        *,
        left_out: Collection[str],
        seed: int,
        log_directory: Path,
    ) -> None:
        names = [operation.name for operation in operations]
        self.compared, self.control = Observations(names), Observations(names)
        self._origins = origins
        self._catalogue = catalogue
        self._operations = operations
        self._store = store
        self._seed = seed
        self._log_directory = log_directory
        # what requests cost is not known before the first pair: as if all cost the same
        self._costs_s = {place: 1.0 for place, name in enumerate(names) if name not in left_out}
        self._number, self._is_control = 0, False
        for line, rows in store.read():
            self._count(line, rows)

    def run(self, deadline_s: float, decided: Callable[[], bool], progress: Callable[[str], None]) -> None:
        """Measure pairs until ``decided``, or until a pair may not fit before ``deadline_s`` (time.monotonic()).

        StackError names the build whose process has died; the pairs before stay.
        """
        longest_s = 0.0
        while not decided() and time.monotonic() + longest_s < deadline_s:
            longest_s = max(longest_s, self._measure_next())
            progress(self._state())

    def _measure_next(self) -> float:
        """The next pair; returns how long it took, with start and end of its processes, in seconds."""
        plan = plan_pair(self._seed, self._number + 1, sorted(os.sched_getaffinity(0)))
        planned = dict(zip(self._costs_s, repetitions(tuple(self._costs_s.values())), strict=True))
        times = tuple(planned.get(place, 0) for place in range(len(self._operations)))
        baseline, contender = self._origins
        sides = (baseline, baseline) if plan.is_control else (baseline, contender)
        line, measured = measure_fresh_pair(
            sides, self._catalogue, self._operations, times, plan, self._log_directory
        )
        self._store.add(line, measured)
        self._count(line, measured.rows)
        return line.elapsed_s

    def _count(self, line: PairLine, rows: PairRows) -> None:
        if not self._number:
            for place in self._costs_s:
                self._costs_s[place] = cost_s(rows, place)
        self._number, self._is_control = line.number, line.is_control
        (self.control if line.is_control else self.compared).add(line, rows)

    def _state(self) -> str:
        measured, what = (self.control, "control") if self._is_control else (self.compared, "pair")
        return f"{what} {self._number}: {measured.summary()}"
