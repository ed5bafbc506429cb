"""Parts as processes of this machine."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from harness.stack.processes import NativeProcess, Processes
from harness.stack.runtime import Program
from tests.stack.waiting import eventually

MARK = "processes-under-test"

LISTEN = """
import socket, time
server = socket.create_server(("127.0.0.1", {port}))
print("listening", flush=True)
time.sleep(60)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., NativeProcess]]:
    """``start(code)``: a part that runs this Python."""

    def begin(code: str, cores: frozenset[int] = frozenset()) -> NativeProcess:
        program = Program("dirac", [sys.executable, "-c", code], {"LANG": "C.UTF-8"}, tmp_path, (), cores=cores)
        started.append(Processes(MARK).start("service", program, tmp_path / "part.log"))
        return started[-1]

    started: list[NativeProcess] = []
    yield begin
    for one in started:
        one.kill()


def test_a_part_runs_in_its_directory_with_its_own_variables_and_the_mark(
    start: Callable[..., NativeProcess], tmp_path: Path
) -> None:
    started = start("import os; print(sorted(os.environ), os.getcwd(), os.environ['RSSBENCH_MARK'])")
    started.wait()
    assert (tmp_path / "part.log").read_text() == f"['LANG', 'RSSBENCH_MARK'] {tmp_path} {MARK}\n"
    assert started.ending() == "ended with exit code 0"


def test_it_runs_on_the_cores_that_were_asked_for(start: Callable[..., NativeProcess]) -> None:
    core = min(psutil.Process().cpu_affinity() or [0])
    (pid,) = start("import time; time.sleep(60)", frozenset({core})).pids
    assert psutil.Process(pid).cpu_affinity() == [core]


def test_where_it_listens_is_seen_and_nothing_when_it_has_ended(start: Callable[..., NativeProcess]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = start(LISTEN.format(port=port))
    assert eventually(lambda: started.listening_ports() == {port})
    started.kill()
    assert started.listening_ports() == set()
    assert started.ending() == "was killed by SIGKILL"


def test_its_cpu_time_is_that_of_its_process(start: Callable[..., NativeProcess]) -> None:
    started = start("import time; time.sleep(60)")
    assert (started.meter,) == started.pids
    assert started.who == f"pid {started.meter}"
