"""The generator processes of one trial: started, waited for, released together, ended."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import msgspec

from harness import command
from harness.errors import RssbenchError
from harness.store import writing
from scenarios.load_plan import LOAD_PLAN_VARIABLE, LoadPlan
from scenarios.operations import OPERATIONS
from scenarios.start_file import write_start
from scenarios.worker_command import worker_command

#: How long the workers may take to import, connect and report ready.
READY_TIMEOUT_S = 60.0

#: Between the last worker's ready and the first arrival: time for all of them to see the start file.
START_DELAY_S = 0.2

#: How long a worker may take to record and flush after SIGTERM.
STOP_TIMEOUT_S = 15.0

#: A disk with less room counts as full.
FULL_BYTES = 64 * 1024


class Workers:
    """``plan.workers`` processes that share one plan. Files stand in ``plan.output_dir``."""

    def __init__(self, plan: LoadPlan, mark: str) -> None:
        self.plan = plan
        self.mark = mark
        self.directory = Path(plan.output_dir)
        self.processes: list[command.Process] = []

    @property
    def pids(self) -> tuple[int, ...]:
        return tuple(process.pid for process in self.processes)

    def start(self) -> None:
        """Start all workers and wait until each is connected; RssbenchError when one cannot work."""
        with writing(self.directory):
            self._write_plan()
            for worker in range(self.plan.workers):
                self.processes.append(self._start(msgspec.structs.replace(self.plan, worker=worker)))
        self._wait_until_ready(READY_TIMEOUT_S)

    def _write_plan(self) -> None:
        """What stays with the samples."""
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "plan.json").write_bytes(msgspec.json.encode(self.plan))
        names = [operation.name for operation in OPERATIONS]
        (self.directory / "operations.json").write_bytes(msgspec.json.encode(names))

    def _start(self, plan: LoadPlan) -> command.Process:
        plan_file = self.directory / f"plan-{plan.worker}.json"
        plan_file.write_bytes(msgspec.json.encode(plan))
        return command.start(
            worker_command(plan, sys.executable),
            log_file=self._log_file(plan.worker),
            mark=self.mark,
            environment=dict(os.environ) | {LOAD_PLAN_VARIABLE: str(plan_file)},
        )

    def release(self) -> int:
        """Let the schedule begin for all workers; the CLOCK_MONOTONIC instant in ns."""
        start_ns = time.monotonic_ns() + int(START_DELAY_S * 1e9)
        with writing(self.directory / "start"):
            write_start(self.directory, start_ns)
        return start_ns

    def running(self) -> bool:
        """Whether any worker still works; RssbenchError when one ended in an error."""
        codes = [process.poll() for process in self.processes]
        for worker, code in enumerate(codes):
            if code not in (None, 0):
                raise self._failure(worker, f"ended with code {code}")
        return any(code is None for code in codes)

    def stop(self) -> None:
        """End workers that still run; what they measured is flushed. Can be called again."""
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for process in self.processes:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except command.Expired:
                process.kill()
                process.wait()

    def _wait_until_ready(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        waiting = set(range(self.plan.workers))
        while waiting:
            waiting -= {worker for worker in waiting if (self.directory / f"ready-{worker}").exists()}
            if waiting and not self.running():
                raise self._failure(min(waiting), "ended before it was ready")
            if time.monotonic() > deadline:
                raise self._failure(min(waiting), f"was not ready within {timeout_s:.0f} s")
            command.wait_seconds(0.02)

    def _failure(self, worker: int, what: str) -> RssbenchError:
        last = command.last_lines(self._log_file(worker))
        # then neither its samples nor its last words could be written
        full = shutil.disk_usage(self.directory).free < FULL_BYTES
        where = f"; no space left on the disk of {self.directory}" if full else ""
        name = f"generator worker {worker} of {self.plan.scenario}"
        return RssbenchError(f"{name} {what}{where}; its last lines:\n{last}")

    def _log_file(self, worker: int) -> Path:
        return self.directory / f"worker-{worker}.log"
