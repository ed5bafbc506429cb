"""A whole master process with workers that do what they should, and with workers that do not."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from scenarios.load_plan import LoadPlan
from scenarios.remote.messages import Refused, Welcome
from scenarios.remote.orders import MasterOrders
from scenarios.remote.record import FAILURE_FILE, read_remote_workers, read_worker_usage
from scenarios.remote.suite import suite_identity
from scenarios.samples import SAMPLE_FIELDS
from scenarios.start_file import write_start

from .fake_worker import OUTCOMES, TOKEN, FakeWorker

# a process with Locust for each
pytestmark = pytest.mark.stack

S = 1_000_000_000
PATIENCE_S = 30.0


class MasterProcess:
    def __init__(self, directory: Path, plan: LoadPlan, wait_s: float) -> None:
        self.directory = directory
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        token_file = directory / "token"
        token_file.write_bytes(TOKEN)
        token_file.chmod(0o600)
        orders = MasterOrders(
            plan=plan, host="127.0.0.1", port=self.port, token_file=str(token_file), wait_s=wait_s, last=True
        )
        (directory / "master.json").write_bytes(msgspec.json.encode(orders))
        with (directory / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "scenarios.remote.master", str(directory / "master.json")],
                stdout=log,
                stderr=log,
            )

    def begin(self, workers: int) -> int:
        """Let the load begin when all are ready; the instant."""
        self.until(lambda: all((self.directory / f"ready-{number}").exists() for number in range(workers)))
        start_ns = time.monotonic_ns() + S // 10
        write_start(self.directory, start_ns)
        return start_ns

    def until(self, condition: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline_s, self.log
            time.sleep(0.01)

    def wait(self) -> int:
        return self.process.wait(PATIENCE_S)

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text()

    @property
    def failure(self) -> str:
        return (self.directory / FAILURE_FILE).read_text()

    def samples(self, number: int) -> Any:
        return np.fromfile(self.directory / f"samples-{number}.bin", dtype=SAMPLE_FIELDS)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., MasterProcess]]:
    started: list[MasterProcess] = []

    def start_master(workers: int, wait_s: float = PATIENCE_S) -> MasterProcess:
        (tmp_path / "catalogue.json").write_text("{}")
        plan = LoadPlan(
            scenario="select_mix",
            rate_per_s=10.0,
            users=3,
            hold_for_s=1.0,
            workers=workers,
            service_url="https://localhost:1",
            token_prefix="run",
            catalogue_file=str(tmp_path / "catalogue.json"),
            output_dir=str(tmp_path),
            **dict.fromkeys(("ca_file", "certificate_file", "key_file"), ""),
        )
        started.append(MasterProcess(tmp_path, plan, wait_s))
        return started[-1]

    yield start_master
    for master in started:
        master.process.kill()
        master.process.wait()
    while FakeWorker.made:
        FakeWorker.made.pop().close()


def test_samples_of_all_workers_are_merged_by_the_masters_clock(start: Callable[..., MasterProcess]) -> None:
    """One clock is 1000 s ahead, the other one 500 s behind and 300 ppm too fast."""
    master = start(2)
    born_ns = time.monotonic_ns()
    workers = [
        FakeWorker(master.port, "a", clock_ns=lambda now_ns: now_ns + 1000 * S, due_s=(0.0, 0.5)),
        FakeWorker(
            master.port, "b", clock_ns=lambda ns: ns - 500 * S + (ns - born_ns) * 3 // 10_000, due_s=(0.25, 0.75)
        ),
    ]
    for worker in reversed(workers):
        worker.go()
    start_ns = master.begin(2)
    assert master.wait() == 0, master.log
    for worker in workers:
        worker.join()
        assert worker.goodbye is not None
        assert worker.goodbye.last
    # users of the plan go round: the first worker has one more
    assert [worker.users for worker in workers] == [{"SelectMix": 2}, {"SelectMix": 1}]

    first, second = read_remote_workers(master.directory)
    assert (first.number, first.name, first.host, first.samples) == (0, "a", "fake-host", 2)
    for record, difference_s in ((first, 1000.0), (second, -500.0)):
        assert record.clock_error_s is not None
        assert 0 < record.clock_error_s < 0.1
        # the truth about the second clock is 300 ppm of the seconds since it was set
        assert record.clock_difference_s == pytest.approx(difference_s, abs=record.clock_error_s + 0.01)
    due_s = [(master.samples(number)["due_ns"].astype(np.int64) - start_ns) / 1e9 for number in (0, 1)]
    assert due_s[0] == pytest.approx([0.0, 0.5], abs=2 * (first.clock_error_s or 0))
    assert due_s[1] == pytest.approx([0.25, 0.75], abs=2 * (second.clock_error_s or 0) + 0.75 * 3e-4)
    for number in (0, 1):
        rows = master.samples(number)
        durations_ns = (rows["end_ns"] - rows["due_ns"]).tolist()
        assert durations_ns == pytest.approx([5_000, 5_000], abs=2), "those of one clock"
        assert (master.directory / f"outcomes-{number}.json").read_bytes() == OUTCOMES
    usage = read_worker_usage(master.directory)
    assert {line.worker for line in usage} == {0, 1}
    assert all(abs(line.t_monotonic_ns - start_ns) < PATIENCE_S * S for line in usage)


def test_who_may_not_take_part_is_told_why(start: Callable[..., MasterProcess]) -> None:
    master = start(2)
    asked = {
        "welcome": FakeWorker(master.port, "a"),
        "same name": FakeWorker(master.port, "a"),
        "other suite": FakeWorker(master.port, "b", suite="0.0.9 (sources 0)"),
        "other token": FakeWorker(master.port, "c", token=b"x" * 32),
        "second": FakeWorker(master.port, "d"),
    }
    answers = {what: worker.answer_to_hello() for what, worker in asked.items()}
    answers["surplus"] = FakeWorker(master.port, "e").answer_to_hello()
    assert isinstance(answers["welcome"], Welcome)
    assert isinstance(answers["second"], Welcome)
    reasons = {what: answer.reason for what, answer in answers.items() if isinstance(answer, Refused)}
    assert reasons == {
        "same name": "a worker of the name a is here already, from fake-host: give it another --name",
        "other suite": (
            f"it is rssbench 0.0.9 (sources 0), the master is {suite_identity()}: install the same on both"
        ),
        "surplus": "all 2 workers that were asked for are here already",
    }
    assert answers["other token"] == "a message is not signed with our token"


def test_workers_that_never_come_are_counted(start: Callable[..., MasterProcess]) -> None:
    master = start(3, wait_s=2.0)
    FakeWorker(master.port, "a").go()
    assert master.wait() == 1
    assert master.failure.startswith(
        "1 of 3 remote workers came within 2 s: a on fake-host; start the others with"
    )


def test_a_worker_that_falls_silent_breaks_the_load_for_all(start: Callable[..., MasterProcess]) -> None:
    master = start(2)
    good = FakeWorker(master.port, "a", due_s=(0.0,)).go()
    lost = FakeWorker(master.port, "b", obeys=False, due_s=(0.1,)).go()
    master.begin(2)
    lost.started.wait(PATIENCE_S)
    assert master.wait() == 1
    assert master.failure == "remote worker b on fake-host was lost: nothing was heard of it for 5 s"
    good.join()
    assert good.goodbye is not None
    assert good.goodbye.reason == master.failure
    assert master.samples(1).size == 1, "what came until then is kept"


def test_a_clock_that_jumps_leaves_no_verdict(start: Callable[..., MasterProcess]) -> None:
    master = start(1)
    begun = [False]
    worker = FakeWorker(master.port, "a", clock_ns=lambda now_ns: now_ns + begun[0] * S // 4, due_s=(0.0,)).go()
    master.until((master.directory / "ready-0").exists)
    begun[0] = True
    master.begin(1)
    assert master.wait() == 1
    assert "the clock of remote worker a on fake-host moved by +0.2" in master.failure
    worker.join()


def test_samples_that_were_lost_on_their_way_are_noticed(start: Callable[..., MasterProcess]) -> None:
    master = start(1)
    FakeWorker(master.port, "a", due_s=(0.0,), loses=True).go()
    master.begin(1)
    assert master.wait() == 1
    assert "remote worker a on fake-host failed: what it said was lost or forged: message" in master.failure


def test_a_load_that_is_ended_early_keeps_what_was_measured(start: Callable[..., MasterProcess]) -> None:
    master = start(1)
    worker = FakeWorker(master.port, "a", obeys=False, due_s=(0.0, 0.1)).go()
    master.begin(1)
    worker.started.wait(PATIENCE_S)
    master.process.send_signal(signal.SIGTERM)
    assert master.wait() == 0, master.log
    worker.join()
    assert master.samples(0).size == 2
    (record,) = read_remote_workers(master.directory)
    assert (record.name, record.samples) == ("a", 2)
    assert not (master.directory / FAILURE_FILE).exists()
