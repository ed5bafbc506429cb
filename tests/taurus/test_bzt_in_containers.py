"""`bzt` with its stack in containers: the same report, and nothing left when Ctrl-C ends it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.stack.engine import MARK_LABEL, Engine

from .bzt_process import BztProcess, job

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

LOAD = {"scenario": "select_mix", "throughput": 20, "concurrency": 4}


def left_over(engine: Engine) -> list[str]:
    """Containers and networks of anybody's stack."""
    label = ("--quiet", "--filter", f"label={MARK_LABEL}")
    return engine.call("ps", "--all", *label).split() + engine.call("network", "ls", *label).split()


@pytest.fixture
def bzt(engine: Engine, tmp_path: Path, bzt_stack_root: Path) -> Iterator[Callable[..., BztProcess]]:
    started: list[BztProcess] = []

    def start(execution: dict[str, Any]) -> BztProcess:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(BztProcess(folder, bzt_stack_root, job(execution, stack={"runtime": "containers"})))
        return started[-1]

    before = left_over(engine)
    yield start
    for process in started:
        if process.process.poll() is None:
            process.process.kill()
            process.process.wait()
    assert left_over(engine) == before


def test_a_run_says_where_its_stack_was_and_counts_cpu_all_the_same(
    engine: Engine, bzt: Callable[..., BztProcess]
) -> None:
    process = bzt(LOAD | {"hold-for": "3s"})
    assert process.wait() == 0, process.stdout + process.stderr
    run = process.run
    assert (run.runtime, run.engine, run.status) == ("containers", str(engine), "passed")
    (trial,) = run.trials
    assert trial.requests == trial.ok == 60
    cpu = trial.cpu_per_request
    assert min(cpu.generator_s or 0, cpu.service_s or 0, cpu.database_s or 0) > 0
    assert f"runtime containers ({engine})" in (process.run_directory / "report.html").read_text()


def test_ctrl_c_keeps_what_was_measured_and_leaves_no_container(bzt: Callable[..., BztProcess]) -> None:
    process = bzt(LOAD | {"hold-for": "60s"})
    process.wait_for_samples()
    process.process.send_signal(signal.SIGINT)
    assert process.wait() == 2
    assert process.run.status == "incomplete"
    assert process.run.trials[0].requests >= 20
    assert process.left_over() == []
