"""Whole worker processes under Locust against a server over TLS: what is sent, when, and what is recorded."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import numpy as np
import psutil
import pytest

from harness.dataset.content import catalogue_of, table_contents
from harness.dataset.profiles import PROFILES
from scenarios.catalogue import write_catalogue
from scenarios.load_plan import LOAD_PLAN_VARIABLE, LoadPlan
from scenarios.operations import OPERATIONS
from scenarios.outcomes import OutcomeCount, read_outcomes
from scenarios.request_stream import UNSENT_SEQUENCE, iterations
from scenarios.samples import SAMPLE_FIELDS, Outcome
from scenarios.schedule import arrivals_s
from scenarios.worker_command import worker_command
from scenarios.workloads import WORKLOADS

from .conftest import Certificates, Connection, ScriptedServer

# whole workers: each imports Locust and speaks TLS to a service of its own
pytestmark = pytest.mark.stack


Serve = Callable[..., ScriptedServer]

WRITTEN = b'{"OK": true, "Value": null}'
ONE_WRITE = {"ResourceStatus.addOrModify status": 1.0}
TIMEOUT_S = 60.0


def answers(connection: Connection) -> None:
    while connection.read_request():
        connection.answer(WRITTEN)


def never_answers(connection: Connection) -> None:
    connection.read_request()
    connection.ended.wait()


@pytest.fixture(scope="session")
def catalogue_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.json"
    profile = PROFILES["S"]
    rows = {content.table: sum(1 for _ in content.rows()) for content in table_contents(profile, 1)}
    write_catalogue(catalogue_of(profile, 1, rows), path)
    return path


class Workers:
    """The worker processes of one plan, as the harness would run them."""

    def __init__(self, plan: LoadPlan) -> None:
        self.plan = plan
        self.output_dir = Path(plan.output_dir)
        self.start_ns = 0
        self.processes = [self._start(worker) for worker in range(plan.workers)]

    def _start(self, worker: int) -> subprocess.Popen[bytes]:
        plan = msgspec.structs.replace(self.plan, worker=worker)
        plan_file = self.output_dir / f"plan-{worker}.json"
        plan_file.write_bytes(msgspec.json.encode(plan))
        with (self.output_dir / f"worker-{worker}.log").open("wb") as log:
            return subprocess.Popen(
                worker_command(plan, sys.executable),
                env=os.environ | {LOAD_PLAN_VARIABLE: str(plan_file)},
                stdout=log,
                stderr=log,
            )

    def log(self, worker: int = 0) -> str:
        return (self.output_dir / f"worker-{worker}.log").read_text()

    def release(self) -> None:
        ready = [self.output_dir / f"ready-{worker}" for worker in range(self.plan.workers)]
        until(lambda: all(file.exists() for file in ready), self)
        self.start_ns = time.monotonic_ns() + 50_000_000
        (self.output_dir / "start.tmp").write_text(str(self.start_ns))
        (self.output_dir / "start.tmp").rename(self.output_dir / "start")

    def finish(self) -> list[int]:
        """Exit codes."""
        return [process.wait(TIMEOUT_S) for process in self.processes]

    def samples(self) -> Any:
        rows = [np.fromfile(file, dtype=SAMPLE_FIELDS) for file in sorted(self.output_dir.glob("samples-*.bin"))]
        joined = np.concatenate(rows)
        return joined[np.argsort(joined["due_ns"], kind="stable")]

    def outcomes(self) -> dict[str, int]:
        return {Outcome(value).name: count for value, count in Counter(self.samples()["outcome"].tolist()).items()}


def until(condition: Callable[[], bool], workers: Workers | None = None) -> None:
    deadline_s = time.monotonic() + TIMEOUT_S
    while not condition():
        if workers is not None:
            assert all(process.poll() is None for process in workers.processes), workers.log()
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


@pytest.fixture
def plan_with(tmp_path: Path, certificates: Certificates, catalogue_file: Path) -> Callable[..., LoadPlan]:
    def plan(server: ScriptedServer | None, **load: Any) -> LoadPlan:
        basis: dict[str, Any] = {
            "scenario": "update_mix",
            "weights": ONE_WRITE,
            "token_prefix": "run",
            "service_url": server.url if server else free_url(),
            "catalogue_file": str(catalogue_file),
            "output_dir": str(tmp_path),
        }
        return LoadPlan(**certificates.of_the_user, **(basis | load))

    return plan


@pytest.fixture
def start(plan_with: Callable[..., LoadPlan]) -> Iterator[Callable[..., Workers]]:
    running = []

    def start_workers(server: ScriptedServer | None, **load: Any) -> Workers:
        running.append(Workers(plan_with(server, **load)))
        return running[-1]

    yield start_workers
    for workers in running:
        for process in workers.processes:
            process.kill()
            process.wait()


@pytest.fixture
def run(start: Callable[..., Workers]) -> Callable[..., Workers]:
    """Run a load to its end, which must be a good one."""

    def run_workers(server: ScriptedServer | None, **load: Any) -> Workers:
        workers = start(server, **load)
        workers.release()
        assert workers.finish() == [0] * workers.plan.workers, workers.log()
        return workers

    return run_workers


def free_url() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"https://localhost:{free.getsockname()[1]}"


def form(request: bytes) -> dict[str, list[str]]:
    return parse_qs(request.partition(b"\r\n\r\n")[2].decode())


def test_all_workers_together_send_the_schedule_over_as_many_connections_as_users(
    serve: Serve, run: Callable[..., Workers]
) -> None:
    server = serve(answers)
    workers = run(server, rate_per_s=60.0, hold_for_s=1.0, users=3, workers=2)
    samples = workers.samples()
    due_s = (samples["due_ns"].astype(np.int64) - workers.start_ns) / 1e9
    assert due_s == pytest.approx(list(arrivals_s(workers.plan)), abs=1e-8)
    assert Counter(samples["worker"].tolist()) == {0: 30, 1: 30}
    assert workers.outcomes() == {"ok": 60}
    assert len(server.requests) == 60
    assert len(server.connections) == 3
    assert all(samples["due_ns"] <= samples["start_ns"])
    assert all(samples["start_ns"] < samples["end_ns"])
    assert set(samples["bytes"].tolist()) == {len(WRITTEN)}


def test_every_write_carries_the_token_of_its_sample(serve: Serve, run: Callable[..., Workers]) -> None:
    server = serve(answers)
    workers = run(server, users=2, iterations=10, workers=2)
    expected = set()
    for worker in range(2):
        replay = iterations(msgspec.structs.replace(workers.plan, worker=worker))
        expected |= {next(replay)[0].request.token for _ in range(10)}
    samples = workers.samples()
    tokens = {f"run-{row['worker']}-{row['sequence']}" for row in samples}
    assert tokens == expected
    bodies = [form(request)["args"][0] for request in server.requests]
    assert all(sum(f'"{token}"' in body for body in bodies) == 1 for token in tokens)


def test_being_late_counts_because_due_never_slips(serve: Serve, run: Callable[..., Workers]) -> None:
    def stalls_once(connection: Connection) -> None:
        connection.read_request()
        connection.ended.wait(0.5)
        connection.answer(WRITTEN)
        answers(connection)

    workers = run(serve(stalls_once), rate_per_s=100.0, hold_for_s=0.5, users=1)
    samples = workers.samples()
    assert np.diff(samples["due_ns"].astype(np.int64)) == pytest.approx(10_000_000, abs=1)
    latencies_s = (samples["end_ns"] - samples["due_ns"]) / 1e9
    assert latencies_s[0] >= 0.5
    assert latencies_s[25] >= 0.25, "due a quarter of a second before the stall ended"
    service_times_s = (samples["end_ns"] - samples["start_ns"]) / 1e9
    assert service_times_s[25] < 0.2


def test_what_was_due_and_has_no_answer_in_time_is_unfinished_or_unsent(
    serve: Serve, run: Callable[..., Workers]
) -> None:
    workers = run(serve(never_answers), rate_per_s=20.0, hold_for_s=0.5, users=2, drain_timeout_s=0.3)
    samples = workers.samples()
    assert workers.outcomes() == {"unfinished": 2, "unsent": 8}
    unsent = samples[samples["outcome"] == Outcome.unsent]
    assert set(unsent["sequence"].tolist()) == {UNSENT_SEQUENCE}
    assert samples["sequence"][:2].tolist() == [0, 1]
    ended_s = (samples["end_ns"].astype(np.int64) - workers.start_ns) / 1e9
    assert ended_s == pytest.approx([0.8] * 10, abs=0.3)


def test_each_user_does_its_iterations_back_to_back(serve: Serve, run: Callable[..., Workers]) -> None:
    server = serve(answers)
    workers = run(server, users=3, iterations=4)
    assert [len(connection.requests) for connection in server.connections] == [4, 4, 4]
    assert workers.outcomes() == {"ok": 12}
    samples = workers.samples()
    assert all(samples["start_ns"].astype(np.int64) - samples["due_ns"].astype(np.int64) < 500_000_000)
    assert max(samples["in_flight"].tolist()) <= 3


def test_a_closed_loop_ends_by_time(serve: Serve, run: Callable[..., Workers]) -> None:
    workers = run(serve(answers), users=2, hold_for_s=0.4)
    due_s = (workers.samples()["due_ns"].astype(np.int64) - workers.start_ns) / 1e9
    assert due_s.min() == 0.0
    assert 0.2 < due_s.max() < 0.4


def test_a_burst_calls_its_sequence_in_order_each_call_due_when_the_last_one_ended(
    serve: Serve, run: Callable[..., Workers]
) -> None:
    server = serve(answers)
    workers = run(server, scenario="burst", weights=None, users=2)
    sequence = WORKLOADS["burst"].sequence or ()
    for connection in server.connections:
        assert [form(request)["method"][0] for request in connection.requests] == [
            next(operation for operation in OPERATIONS if operation.name == name).method for name in sequence
        ]
    samples = workers.samples()
    for first in (0, len(sequence)):
        iteration = samples[(samples["sequence"] >= first) & (samples["sequence"] < first + len(sequence))]
        assert [OPERATIONS[index].name for index in iteration["operation"]] == list(sequence)
        assert iteration["due_ns"][1:].tolist() == iteration["end_ns"][:-1].tolist()


def test_a_stampede_makes_all_its_connections_after_the_start(serve: Serve, start: Callable[..., Workers]) -> None:
    server = serve(answers)
    workers = start(server, scenario="stampede", weights=None, users=12)
    until((workers.output_dir / "ready-0").exists, workers)
    assert server.connections == []
    workers.release()
    assert workers.finish() == [0]
    samples = workers.samples()
    assert len(server.connections) == len(samples) == 12
    assert set(samples["due_ns"].tolist()) == {workers.start_ns}


def test_a_connection_per_call(serve: Serve, run: Callable[..., Workers]) -> None:
    server = serve(answers)
    run(server, users=2, iterations=3, connection="per-call")
    assert len(server.connections) == 6


def test_errors_are_outcomes_with_their_reason_and_no_failure_of_the_worker(
    serve: Serve, run: Callable[..., Workers]
) -> None:
    def behaves_badly(connection: Connection) -> None:
        connection.read_request()
        connection.answer(b'{"OK": false, "Message": "Unauthorized query", "Errno": 13}')
        connection.read_request()
        connection.answer(b"no", status="503 Service Unavailable")
        connection.read_request()
        connection.answer(b'{"OK": true, "Value": [["unexpected"]]}')
        connection.read_request()  # and no answer

    workers = run(serve(behaves_badly, never_answers), users=1, iterations=5, request_timeout_s=0.2)
    assert workers.outcomes() == dict.fromkeys(
        ("refused", "http_status", "wrong_answer", "connection", "timeout"), 1
    )
    found = read_outcomes(workers.output_dir / "outcomes-0.json")["ResourceStatus.addOrModify status"]
    assert found["refused"] == OutcomeCount(1, "Unauthorized query")
    assert found["http_status"] == OutcomeCount(1, "HTTP status 503: no")
    assert "deadline" in found["timeout"].first_message or "timed out" in found["timeout"].first_message


def test_a_service_that_is_not_there_is_an_error_of_every_request(run: Callable[..., Workers]) -> None:
    workers = run(None, rate_per_s=20.0, hold_for_s=0.5, users=2)
    assert workers.outcomes() == {"connection": 10}


def test_a_worker_without_users_ends_well(serve: Serve, run: Callable[..., Workers]) -> None:
    workers = run(serve(answers), rate_per_s=20.0, hold_for_s=0.5, users=1, workers=2)
    assert workers.outcomes() == {"ok": 10}
    assert (workers.output_dir / "samples-1.bin").stat().st_size == 0


def test_sigterm_ends_a_worker_early_and_well(serve: Serve, start: Callable[..., Workers]) -> None:
    def answers_five(connection: Connection) -> None:
        for _ in range(5):
            connection.read_request()
            connection.answer(WRITTEN)
        never_answers(connection)

    server = serve(answers_five)
    workers = start(server, rate_per_s=50.0, hold_for_s=3600.0, users=1)
    workers.release()
    until(lambda: len(server.requests) == 6, workers)
    workers.processes[0].terminate()
    assert workers.finish() == [0], workers.log()
    outcomes = workers.outcomes()
    assert (outcomes["ok"], outcomes["unfinished"]) == (5, 1)
    assert workers.samples()["due_ns"].max() <= time.monotonic_ns(), "what was not due yet is no sample"


def test_sigterm_before_the_start_leaves_no_samples(serve: Serve, start: Callable[..., Workers]) -> None:
    workers = start(serve(answers), rate_per_s=50.0, hold_for_s=1.0)
    until((workers.output_dir / "ready-0").exists, workers)
    workers.processes[0].terminate()
    assert workers.finish() == [0], workers.log()
    assert len(workers.samples()) == 0


def test_a_killed_worker_loses_at_most_its_last_second(serve: Serve, start: Callable[..., Workers]) -> None:
    server = serve(answers)
    workers = start(server, rate_per_s=50.0, hold_for_s=3600.0, users=2)
    workers.release()
    until(lambda: len(server.requests) >= 100, workers)
    workers.processes[0].kill()
    killed_ns = time.monotonic_ns()
    assert workers.finish() == [-signal.SIGKILL]
    assert killed_ns - int(workers.samples()["end_ns"].max()) < 1_000_000_000


def test_a_disk_that_is_full_fails_the_worker(serve: Serve, start: Callable[..., Workers], tmp_path: Path) -> None:
    (tmp_path / "samples-0.bin").symlink_to("/dev/full")
    workers = start(serve(answers), rate_per_s=50.0, hold_for_s=3600.0)
    workers.release()
    assert workers.finish() == [1]
    assert "No space left on device" in workers.log()


def test_a_worker_whose_harness_died_ends(
    serve: Serve, plan_with: Callable[..., LoadPlan], tmp_path: Path
) -> None:
    plan = plan_with(serve(answers), rate_per_s=10.0, hold_for_s=3600.0)
    (tmp_path / "plan.json").write_bytes(msgspec.json.encode(plan))
    harness = subprocess.Popen(
        ["/bin/sh", "-c", '"$@" & echo $!; read line', "sh", *worker_command(plan, sys.executable)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {LOAD_PLAN_VARIABLE: str(tmp_path / "plan.json")},
    )
    assert harness.stdout is not None
    worker = psutil.Process(int(harness.stdout.readline()))
    try:
        until((tmp_path / "ready-0").exists)
        assert worker.is_running()
        harness.communicate(b"end\n")
        until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
    finally:
        if worker.is_running():
            worker.kill()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"scenario": "burst"}, "it is for burst, this locustfile is update_mix"),
        ({"catalogue_file": "/nowhere/catalogue.json"}, "/nowhere/catalogue.json"),
        ({"output_dir": "/nowhere"}, "/nowhere"),
        ({"weights": {"no such operation": 1.0}}, "no such operation"),
        (None, "RSSBENCH_LOAD_PLAN"),
    ],
)
def test_a_plan_that_cannot_be_worked_with_is_said_and_fails(
    plan_with: Callable[..., LoadPlan], tmp_path: Path, wrong: dict[str, Any] | None, said: str
) -> None:
    plan_file = tmp_path / "plan.json"
    plan_file.write_bytes(msgspec.json.encode(plan_with(None, **(wrong or {}))))
    environment = {name: value for name, value in os.environ.items() if name != LOAD_PLAN_VARIABLE}
    if wrong is not None:
        environment[LOAD_PLAN_VARIABLE] = str(plan_file)
    command = worker_command(plan_with(None), sys.executable)
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert result.returncode == 1
    assert said in result.stderr
