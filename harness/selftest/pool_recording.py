"""Recording the pool: pairs of real builds, as the paired lane measures them, of one slow-down after the other."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import Profile
from harness.measure.fresh_pair import cost_s, measure_fresh_pair
from harness.measure.pair import PairMeasurement
from harness.measure.pair_plan import plan_pair, repetitions
from harness.measure.pair_store import PairLine
from harness.selftest.pool import PoolStore
from harness.selftest.schedule import next_of
from harness.selftest.slowdown import Slowdown
from harness.stack.fresh import Origin
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack
from scenarios.catalogue import read_catalogue
from scenarios.operation import Operation


class PoolRecording:
    """All builds work on copies of one data directory, for none of them changes a table. Requests per operation
    and side are those of pairs that are there already; without any they are found by a pair that does not
    count."""

    def __init__(  # noqa: PLR0913  what is measured, where to, and who is told
        self,
        baseline: BuildEnvironment,
        contenders: Mapping[Slowdown, BuildEnvironment],
        operations: Sequence[Operation],
        store: PoolStore,
        *,
        profile: Profile,
        seed: int,
        stack_root: Path,
        log_directory: Path,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """``check`` is called before each pair, and raises when the recording is to end."""
        self._baseline = baseline
        self._contenders = contenders
        self._operations = operations
        self._store = store
        self._profile = profile
        self._seed = seed
        self._stack_root = stack_root
        self._logs = log_directory
        self._check = check
        #: of the latest stack; empty before there was one
        self.database_version = ""

    def run(self, wanted: Mapping[Slowdown, int], deadline_s: float, measured: Callable[[str], None]) -> int:
        """Record until each slow-down has as many pairs as wanted, or the next may not fit before ``deadline_s``
        (time.monotonic()); how many were added. ``measured`` gets a line of progress after each.

        StackError when a stack failed; the pairs before stay."""
        lines = {name: [pair.line for pair in arm.pairs] for name, arm in self._store.read().items()}
        missing = {one.name: count - len(lines.get(one.name, ())) for one, count in wanted.items()}
        by_name = {one.name: one for one in wanted}
        recorded = [line for of_arm in lines.values() for line in of_arm]
        last = max(recorded, key=lambda line: line.number, default=None)
        number, added, longest_s = last.number if last else 0, 0, 0.0
        if not any(count > 0 for count in missing.values()):
            return 0
        with self._start() as frozen:
            self.database_version = frozen.database_version
            frozen.freeze()
            times = last.repetitions if last else self._repetitions(frozen)
            while (name := next_of(self._seed, number + 1, missing)) and time.monotonic() + longest_s < deadline_s:
                self._check()
                number += 1
                line, pair = self._measure(frozen, self._contenders[by_name[name]], times, number)
                self._store.add(by_name[name], line, pair)
                missing[name] -= 1
                added += 1
                longest_s = max(longest_s, line.elapsed_s)
                left = sum(count for count in missing.values() if count > 0)
                measured(f"pair {number}, {name}: {line.elapsed_s:.1f} s, {left} to go")
        return added

    def _start(self) -> Stack:
        return start_stack(
            self._baseline,
            profile=self._profile,
            seed=self._seed,
            stack_root=self._stack_root,
            log_directory=self._logs / "loading",
        )

    def _repetitions(self, frozen: Stack) -> tuple[int, ...]:
        """As if all operations cost the same, and then by what they did cost: as a comparison begins."""
        alike = repetitions([1.0] * len(self._operations))
        _line, pair = self._measure(frozen, self._baseline, alike, 0)
        return repetitions([cost_s(pair.rows, place) for place in range(len(self._operations))])

    def _measure(
        self, frozen: Stack, contender: BuildEnvironment, times: tuple[int, ...], number: int
    ) -> tuple[PairLine, PairMeasurement]:
        plan = plan_pair(self._seed, number, sorted(os.sched_getaffinity(0)))
        sides = (Origin("baseline", frozen, self._baseline), Origin("contender", frozen, contender))
        return measure_fresh_pair(
            sides,
            read_catalogue(frozen.catalogue_file),
            self._operations,
            times,
            dataclasses.replace(plan, is_control=False),
            self._logs,
        )
