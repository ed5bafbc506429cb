"""Pairs of fresh processes that run the micro-benchmarks of two builds in turns."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from harness.measure.pair_plan import PairPlan, plan_pair
from harness.micro.benchmark_file import BenchmarkFile, read_benchmark_file
from harness.micro.databases import BuildDatabase
from harness.micro.observations import MicroObservations
from harness.micro.process import Course, MicroProcess
from harness.micro.turns import TurnServer

#: CPU time that all benchmarks of a process take together, so that a few share as much as all do.
PROCESS_S = 3.3
LEAST_BENCHMARK_S = 0.05
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
        baseline, contender = self.databases
        databases = (baseline, baseline if plan.is_control else contender)
        names = ("baseline", "baseline-again" if plan.is_control else "contender")
        order_seed, turns_seed = plan.draws.randrange(1 << 32), plan.draws.randrange(1 << 32)
        socket = baseline.folder / "turns"
        socket.unlink(missing_ok=True)
        processes: dict[int, MicroProcess] = {}

        def check() -> None:
            for process in processes.values():
                process.check()
            for database in self.databases:
                database.stack.check()

        with TurnServer(socket, ("0", "1"), check) as turns:
            for side in plan.start_order:
                course = Course(
                    select=self.select,
                    max_time_s=benchmark_s(benchmarks),
                    min_time_s=ROUND_S,
                    order_seed=order_seed,
                    turns=socket,
                    side=str(side),
                    hash_seed=plan.placement.hash_seed,
                )
                json_file = self.directory / f"{plan.number:04d}-{names[side]}.json"
                processes[side] = MicroProcess(databases[side], self.tools, course, json_file)
            turns.connect()
            for process in processes.values():
                process.pin(plan.placement.service_cores)  # not before: they start side by side
            turns.give(Random(turns_seed))
            files = [processes[side].wait(_END_TIMEOUT_S) for side in (0, 1)]
        for database in self.databases:
            database.restore()
        return read_benchmark_file(files[0]), read_benchmark_file(files[1])


def benchmark_s(benchmarks: int) -> float:
    """CPU time of one benchmark in a process, when there are so many; 0 is not known yet."""
    return min(MOST_BENCHMARK_S, max(LEAST_BENCHMARK_S, PROCESS_S / benchmarks if benchmarks else 0.0))
