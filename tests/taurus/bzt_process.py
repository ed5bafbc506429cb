"""A real bzt with a real stack, as a user starts it, in folders of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import yaml

from harness.command import MARK_VARIABLE
from harness.model import RunResult
from harness.store import RUN
from scenarios.samples import SAMPLE

#: Longest time for bzt, a stack and a short load on a busy machine.
DEADLINE_S = 150.0

BZT = Path(sys.executable).with_name("bzt")


class BztProcess:
    """One invocation of ``bzt job.yml``; ``run_directory`` is its artifacts folder."""

    def __init__(self, folder: Path, stack_root: Path, job: dict[str, Any], **environment: str) -> None:
        self.run_directory = folder / "run"
        self.stack_root = stack_root
        self.job_file = folder / "job.yml"
        settings = {"settings": {"artifacts-dir": str(self.run_directory)}}
        self.job_file.write_text(yaml.safe_dump(settings | job))
        with (folder / "stdout").open("wb") as stdout, (folder / "stderr").open("wb") as stderr:
            self.process = subprocess.Popen(
                [BZT, str(self.job_file)],
                stdout=stdout,
                stderr=stderr,
                env=os.environ | {"RSSBENCH_STACK_FOLDER": str(stack_root)} | environment,
                start_new_session=True,
            )
        self._folder = folder
        self._marks_seen: set[str] = set()

    @property
    def stdout(self) -> str:
        return (self._folder / "stdout").read_text()

    @property
    def stderr(self) -> str:
        return (self._folder / "stderr").read_text()

    @property
    def run(self) -> RunResult:
        return RUN.read(self.run_directory)

    def wait(self) -> int:
        """bzt's exit code, when it has ended."""
        return self.process.wait(DEADLINE_S)

    def wait_for_samples(self, count: int = 20) -> None:
        """Until the load is going: so many samples are on disk."""
        self.wait_until(lambda: self.samples_bytes() >= count * SAMPLE.size, "samples")

    def samples_bytes(self) -> int:
        return sum(file.stat().st_size for file in self.run_directory.glob("trials/*/samples-*.bin"))

    def samples_of(self, trial: str) -> int:
        """How many requests a trial recorded, ramp-up included."""
        files = (self.run_directory / "trials" / trial).glob("samples-*.bin")
        return sum(file.stat().st_size for file in files) // SAMPLE.size

    def wait_gone(self) -> None:
        """Until nothing of the stack is left, though nobody is there to take it down."""
        deadline = time.monotonic() + 15
        while self.left_over():
            assert time.monotonic() < deadline, self.left_over()
            time.sleep(0.1)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            if time.monotonic() > deadline or (self.process.poll() is not None and not condition()):
                raise AssertionError(f"no {what}; bzt said:\n{self.stdout}{self.stderr}")
            time.sleep(0.05)

    def processes(self) -> list[psutil.Process]:
        """All living processes of this invocation's stacks, but not bzt itself."""
        marks = {folder.name for folder in self.stack_root.glob("stack-*")} | self._marks_seen
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK_VARIABLE) in marks and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        self._marks_seen |= marks
        return found

    def part(self, name: str) -> psutil.Process:
        """The process of the stack whose command line holds ``name``."""
        return next(process for process in self.processes() if name in " ".join(process.cmdline()))

    def left_over(self) -> list[str]:
        """What is still there of the stack: processes and folders."""
        return [str(process) for process in self.processes()] + [
            str(folder) for folder in self.stack_root.glob("stack-*")
        ]


def job(*executions: dict[str, Any], exact: bool = False, **modules: dict[str, Any]) -> dict[str, Any]:
    """A small job: profile S, the executions given."""
    stack = {"profile": "S", "exact": exact} | modules.get("stack", {})
    return {
        "modules": {
            "rss-stack": stack,
            "rss-load": modules.get("load", {}),
            "rss-report": modules.get("report", {}),
        },
        "execution": list(executions),
        "~services": ["rss-stack"],
        "~reporting": ["rss-report"],
    }
