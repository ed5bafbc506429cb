"""Pairs of fresh processes that run the micro-benchmarks of two builds in turns."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from harness.measure.pair_plan import PairPlan, plan_pair
from harness.micro.benchmark_file import BenchmarkFile, read_benchmark_file
from harness.micro.databases import BuildDatabase
from harness.micro.observations import MicroObservations
from harness.micro.pinning import pin
from harness.micro.process import Course, MicroProcess
from harness.micro.turns import TurnServer

#: CPU time that all benchmarks of a process take together, so that a few share as much as all do.
PROCESS_S = 2.0
LEAST_BENCHMARK_S = 0.03
MOST_BENCHMARK_S = 0.15

#: A round of a benchmark is as many calls as take so long: far more than reading the clock.
ROUND_S = 0.0005

#: How long a process may take to end when its benchmarks are over.
_END_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Pairs:
    """``databases``: of baseline and contender; ``tools``: the folder of pytest; ``directory`` keeps the JSON."""

    databases: tuple[BuildDatabase, BuildDatabase]
    tools: Path
    directory: Path
    select: str
    seed: int

    def measure(
        self,
        compared: MicroObservations,
        control: MicroObservations,
        deadline_s: float,
        decided: Callable[[], bool],
        progress: Callable[[str], None],
    ) -> None:
        """Measure pairs until ``decided``, or until a pair may not fit before ``deadline_s`` (time.monotonic()).

        StackError names the build whose process has failed; the pairs before stay.
        """
        self.directory.mkdir(exist_ok=True)
        number, longest_s = 0, 0.0
        while not decided() and time.monotonic() + longest_s < deadline_s:
            number += 1
            began_s = time.monotonic()
            plan = plan_pair(self.seed, number, sorted(os.sched_getaffinity(0)))
            into = control if plan.is_control else compared
            into.add(*self._pair(plan, compared.benchmarks))
            longest_s = max(longest_s, time.monotonic() - began_s)
            progress(f"{'control' if plan.is_control else 'pair'} {number}: {into.summary()}")

    def _pair(self, plan: PairPlan, benchmarks: int) -> tuple[BenchmarkFile, BenchmarkFile]:
        address = self.databases[0].folder / "turns"
        address.unlink(missing_ok=True)
        course = Course(
            select=self.select,
            max_time_s=benchmark_s(benchmarks),
            min_time_s=ROUND_S,
            order_seed=plan.draws.randrange(1 << 32),
            turns=address,
            hash_seed=plan.placement.hash_seed,
        )
        processes: dict[int, MicroProcess] = {}

        def check() -> None:
            for process in processes.values():
                process.check()
            for database in self.databases:
                database.stack.check()

        with TurnServer(address, ("0", "1"), check) as turns:
            for side in plan.start_order:
                processes[side] = self._start(plan, side, course)
            turns.connect()
            self._pin(plan, processes.values())  # not before: they start side by side
            turns.give(Random(plan.draws.randrange(1 << 32)))
            files = [processes[side].wait(_END_TIMEOUT_S) for side in (0, 1)]
        for database in self.databases:
            database.restore()
        return read_benchmark_file(files[0]), read_benchmark_file(files[1])

    def _start(self, plan: PairPlan, side: int, course: Course) -> MicroProcess:
        """The control has the baseline on both sides."""
        database = self.databases[0 if plan.is_control else side]
        name = "baseline" if not side else "baseline-again" if plan.is_control else "contender"
        json_file = self.directory / f"{plan.number:04d}-{name}.json"
        return MicroProcess(database, self.tools, replace(course, side=str(side)), json_file)

    def _pin(self, plan: PairPlan, processes: Iterable[MicroProcess]) -> None:
        """Both processes on one core, both databases on another: where a database answers from decides what a call
        costs its caller. Spread of a select over pairs on a busy machine: 11 % without, 2 % with."""
        for process in processes:
            pin(process.pid, plan.placement.service_cores)
        for database in self.databases:
            for pid in database.stack.pids["database"]:
                pin(pid, plan.placement.database_cores)


def benchmark_s(benchmarks: int) -> float:
    """CPU time of one benchmark in a process, when there are so many; 0 is not known yet."""
    return min(MOST_BENCHMARK_S, max(LEAST_BENCHMARK_S, PROCESS_S / benchmarks if benchmarks else 0.0))
