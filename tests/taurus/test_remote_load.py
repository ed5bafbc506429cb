"""`bzt` with its load from twelve workers that came by themselves; Taurus's own support stops at ten."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from harness.command import MARK_VARIABLE
from harness.measure.samples import read_samples
from harness.measure.trial import read_trial
from scenarios.remote.record import FAILURE_FILE
from scenarios.schedule import arrivals_s
from scenarios.start_file import read_start

from .bzt_process import BztProcess, job

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

WORKERS = 12


class WorkerCommand:
    """One invocation of ``rssbench worker``."""

    def __init__(self, folder: Path, stack_root: Path, name: str, port: int, processes: int, *prefix: str) -> None:
        self.stack_root = stack_root / f"workers-{name}"
        self.stderr_file = folder / f"{name}.err"
        with self.stderr_file.open("wb") as stderr:
            self.process = subprocess.Popen(
                [
                    *prefix,
                    str(Path(sys.executable).with_name("rssbench")),
                    *("worker", "--master", f"127.0.0.1:{port}", "--token-file", str(folder / "token")),
                    *("--name", name, "--processes", str(processes), "--wait", "60s"),
                ],
                stdout=stderr,
                stderr=stderr,
                env=os.environ | {"RSSBENCH_STACK_FOLDER": str(self.stack_root)},
                start_new_session=True,
            )

    @property
    def stderr(self) -> str:
        return self.stderr_file.read_text()

    def children(self) -> list[psutil.Process]:
        """The workers themselves."""
        marks = {directory.name for directory in self.stack_root.glob("stack-*")}
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK_VARIABLE) in marks:
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found


@pytest.fixture
def commands() -> Iterator[list[Any]]:
    started: list[Any] = []
    yield started
    for one in started:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait(30)


def test_twelve_workers_send_one_load_and_a_lost_one_makes_it_incomplete(
    tmp_path: Path, bzt_stack_root: Path, stack_root: Path, commands: list[Any]
) -> None:
    (tmp_path / "token").write_text("t" * 32)
    (tmp_path / "token").chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    bzt = BztProcess(
        tmp_path,
        bzt_stack_root,
        job(
            {"scenario": "production_mix", "throughput": 36, "concurrency": 24, "hold-for": "3s"},
            {"scenario": "select_mix", "throughput": 12, "concurrency": 12, "hold-for": "30s"},
            load={
                "remote-workers": WORKERS,
                "bind": f"127.0.0.1:{port}",
                "token-file": str(tmp_path / "token"),
                "wait-for-workers": "2m",
            },
        ),
    )
    commands.append(bzt)
    # a namespace of its own for time makes another machine of the second command: its CLOCK_MONOTONIC is far off
    elsewhere = ("unshare", "--time", "--monotonic", "5000") if os.getuid() == 0 else ()
    hosts = [
        WorkerCommand(tmp_path, stack_root, "near", port, 6),
        WorkerCommand(tmp_path, stack_root, "far", port, WORKERS - 6, *elsewhere),
    ]
    commands.extend(hosts)

    second = bzt.run_directory / "trials" / "2-select_mix"
    bzt.wait_until(lambda: bzt.samples_of("2-select_mix") >= 20, "samples of the second trial")
    victim = hosts[1].children()[0]
    victim.send_signal(signal.SIGKILL)
    assert bzt.wait() == 4

    first, incomplete = bzt.run.trials
    assert first.status == "passed", first.problems
    assert (first.requests, first.ok, first.load.workers) == (108, 108, WORKERS)
    assert first.audit is not None
    assert first.audit.lost == 0
    assert first.audit.acknowledged > 0
    assert first.cpu_per_request.generator_s is not None

    # not one sample is missing or out of its place on the common schedule
    trial = bzt.run_directory / "trials" / "1-production_mix"
    samples = read_samples(trial)
    assert Counter(samples["worker"].tolist()) == dict.fromkeys(range(WORKERS), 9)
    start_ns = read_start(trial)
    assert start_ns is not None
    due_s = (samples["due_ns"].astype(np.int64) - start_ns) / 1e9
    errors_s = [worker.clock_error_s for worker in first.remote_workers if worker.clock_error_s is not None]
    assert len(errors_s) == WORKERS
    assert max(errors_s) < 0.25
    assert due_s == pytest.approx(list(arrivals_s(read_trial(trial).plan)), abs=2 * max(errors_s))

    differences_s = {worker.name: worker.clock_difference_s for worker in first.remote_workers}
    offset_s = 5000.0 if elsewhere else 0.0
    for name, difference_s in differences_s.items():
        expected_s = offset_s if name.startswith("far") else 0.0
        assert difference_s == pytest.approx(expected_s, abs=2 * max(errors_s))

    assert incomplete.status == "incomplete"
    reason = "was lost: nothing was heard of it for 5 s"
    assert reason in incomplete.problems[0]
    assert reason in (second / FAILURE_FILE).read_text()
    assert incomplete.requests > 0, "what came until then is kept"
    assert "remote worker far/" in bzt.stdout + bzt.stderr
    assert f"{WORKERS} remote workers on 1 machine; clocks up to" in bzt.stdout

    # whoever waited for the next trial is sent home with the reason, and nothing of anybody is left
    deadline_s = time.monotonic() + 30
    for host in hosts:
        assert host.process.wait(max(0.1, deadline_s - time.monotonic())) == 4, host.stderr
        assert not list(host.stack_root.glob("stack-*"))
    assert "was lost" in hosts[0].stderr
    assert bzt.left_over() == []
