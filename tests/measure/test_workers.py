"""Workers start together, and one that cannot work is named with its last words."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from harness import command
from harness.errors import RssbenchError
from harness.measure import workers as module
from harness.measure.workers import Workers
from scenarios.load_plan import LoadPlan
from scenarios.operations import OPERATIONS

PlanOf = Callable[..., LoadPlan]
MakeWorkers = Callable[..., Workers]

#: A worker that reports ready, and then waits for the start file.
READY = 'touch "$DIR/ready-$WORKER"; '
WAITING = READY + 'while ! [ -e "$DIR/start" ]; do sleep 0.02; done'


@pytest.fixture
def make_workers(tmp_path: Path, plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeWorkers]:
    """``make_workers(script, count=1)``: workers that are that shell script, with $DIR and $WORKER."""
    made: list[Workers] = []
    mark = f"test-workers-{os.getpid()}-{tmp_path.name}"

    def make(script: str, count: int = 1) -> Workers:
        def worker_command(plan: LoadPlan, _python: str) -> list[str]:
            return ["sh", "-c", f"DIR={plan.output_dir} WORKER={plan.worker}; {script}"]

        monkeypatch.setattr(module, "worker_command", worker_command)
        made.append(Workers(plan_of(workers=count, output_dir=str(tmp_path / "trial")), mark))
        return made[-1]

    yield make
    for workers in made:
        for process in workers.processes:
            process.kill()
            process.wait()
    command.stop_marked(mark, timeout_s=0.2)


def wait_until_ended(workers: Workers) -> None:
    for process in workers.processes:
        process.wait(10)


def test_each_worker_gets_the_plan_with_its_own_number(make_workers: MakeWorkers, tmp_path: Path) -> None:
    workers = make_workers('cp "$RSSBENCH_LOAD_PLAN" "$DIR/got-$WORKER"; ' + READY, 3)
    workers.start()
    wait_until_ended(workers)
    got = [msgspec.json.decode((tmp_path / f"trial/got-{n}").read_bytes(), type=LoadPlan) for n in range(3)]
    assert got == [msgspec.structs.replace(workers.plan, worker=n) for n in range(3)]


def test_the_plan_and_the_names_of_operations_stay_with_the_samples(
    make_workers: MakeWorkers, tmp_path: Path
) -> None:
    workers = make_workers(READY)
    workers.start()
    plan = (tmp_path / "trial" / "plan.json").read_bytes()
    names = (tmp_path / "trial" / "operations.json").read_bytes()
    assert msgspec.json.decode(plan, type=LoadPlan) == workers.plan
    assert msgspec.json.decode(names) == [operation.name for operation in OPERATIONS]


def test_nobody_begins_before_all_are_ready(make_workers: MakeWorkers) -> None:
    workers = make_workers('[ $WORKER = 0 ] || while ! [ -e "$DIR/ready-0" ]; do sleep 0.01; done; ' + WAITING, 2)
    workers.start()
    assert workers.running()
    before_ns = time.monotonic_ns()
    start_ns = workers.release()
    assert start_ns - before_ns >= module.START_DELAY_S * 1e9
    assert (workers.directory / "start").read_text() == str(start_ns)
    wait_until_ended(workers)
    assert not workers.running()


def test_a_worker_that_ends_in_an_error_is_named_with_its_last_lines(make_workers: MakeWorkers) -> None:
    workers = make_workers("echo one; echo no module named x >&2; exit 3")
    with pytest.raises(
        RssbenchError, match="worker 0 of select_mix ended with code 3; its last lines:\none\nno mod"
    ):
        workers.start()


def test_a_worker_that_ends_before_it_is_ready_is_named(make_workers: MakeWorkers) -> None:
    workers = make_workers(f"[ $WORKER = 1 ] || {{ {READY} }}", 2)
    with pytest.raises(RssbenchError, match="worker 1 of select_mix ended before it was ready"):
        workers.start()


def test_a_worker_that_never_is_ready_is_given_up(
    make_workers: MakeWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READY_TIMEOUT_S", 0.1)
    workers = make_workers("sleep 60")
    with pytest.raises(RssbenchError, match="worker 0 of select_mix was not ready within 0 s"):
        workers.start()


def test_a_worker_that_dies_under_load_is_noticed_though_others_work(make_workers: MakeWorkers) -> None:
    workers = make_workers(READY + "[ $WORKER = 1 ] || sleep 60; kill -9 $$", 2)
    workers.start()
    workers.processes[1].wait(10)
    with pytest.raises(RssbenchError, match="worker 1 of select_mix ended with code -9"):
        workers.running()


def test_stopping_ends_all_and_may_be_done_again(make_workers: MakeWorkers) -> None:
    workers = make_workers(READY + "exec sleep 60", 2)
    workers.start()
    workers.stop()
    workers.stop()
    assert not any(psutil.pid_exists(pid) for pid in workers.pids)


def test_a_worker_that_does_not_stop_is_killed(make_workers: MakeWorkers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STOP_TIMEOUT_S", 0.1)
    workers = make_workers("trap '' TERM; " + READY + "while :; do sleep 0.05; done")
    workers.start()
    workers.stop()
    assert workers.processes[0].returncode == -9


def test_a_directory_that_cannot_be_written_is_named(make_workers: MakeWorkers, tmp_path: Path) -> None:
    (tmp_path / "trial").write_text("a file where the folder should be")
    with pytest.raises(RssbenchError, match=r"cannot write .*/trial: File exists"):
        make_workers(READY).start()


def test_a_worker_that_ends_on_a_full_disk_is_told_with_the_disk(
    make_workers: MakeWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FULL_BYTES", float("inf"))
    workers = make_workers("exit 1")
    with pytest.raises(RssbenchError, match=r"ended with code 1; no space left on the disk of .*/trial; its last"):
        workers.start()
