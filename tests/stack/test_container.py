"""A container seen by its client: how it ended, which process it is, where it listens. The engine is a script."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import command
from harness.errors import StackError
from harness.stack.container import Container
from harness.stack.engine import Engine

MARK = "container-under-test"


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Callable[..., Container]]:
    """``held(client, pid)``: a container whose client is this line of shell; the engine says it runs as pid."""

    def hold(client: str, pid: int = 0) -> Container:
        program = tmp_path / "docker"
        program.write_text(f"#!/bin/sh\n[ $1 != inspect ] || echo {pid}\n")
        program.chmod(0o755)
        process = command.start(["/bin/sh", "-c", client], log_file=tmp_path / "log", mark=MARK)
        clients.append(process)
        return Container(Engine(str(program), "docker", "1"), "rssbench-x", process)

    clients: list[command.Process] = []
    yield hold
    for client in clients:
        client.kill()
        client.wait()


@pytest.mark.parametrize(
    ("client", "how"),
    [
        ("exit 0", "ended with exit code 0"),
        ("exit 3", "ended with exit code 3"),
        ("exit 137", "was killed by SIGKILL"),
        ("exit 139", "was killed by SIGSEGV"),
        ("exit 125", "was not started, or was lost, by docker (exit code 125)"),
        ("kill -KILL $$", "lost the engine's client, which was killed by SIGKILL"),
    ],
)
def test_how_it_ended_is_told_by_the_end_of_its_client(
    held: Callable[..., Container], client: str, how: str
) -> None:
    container = held(client)
    container.wait()
    assert container.ending() == how


def test_while_its_client_lives_it_has_not_ended_and_killing_it_ends_both(held: Callable[..., Container]) -> None:
    container = held("exec sleep 60")
    assert container.ending() is None
    with pytest.raises(command.Expired):
        container.wait(0.01)
    container._client.kill()
    container.kill()
    assert container.ending() == "lost the engine's client, which was killed by SIGKILL"


def test_it_is_known_by_its_name_and_its_process(held: Callable[..., Container]) -> None:
    container = held("exec sleep 60", os.getpid())
    assert (container.who, container.pids) == ("container rssbench-x", (os.getpid(),))


def test_one_that_ended_before_it_ran_is_told(held: Callable[..., Container]) -> None:
    container = held("exit 125")
    container.wait()
    with pytest.raises(StackError, match=r"container rssbench-x was not started.* before it ran"):
        _ = container.pids
    assert container.listening_ports() == set()


def test_one_that_does_not_start_in_time_is_told(
    held: Callable[..., Container], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.stack.container._START_TIMEOUT_S", 0.0)
    with pytest.raises(StackError, match="container rssbench-x did not start within 0 s"):
        held("exec sleep 60").wait_until_it_runs()


def test_where_it_listens_is_seen_in_its_own_network(held: Callable[..., Container]) -> None:
    container = held("exec sleep 60", os.getpid())
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        found = container.listening_ports()
        assert server.getsockname()[1] in found
        assert bound.getsockname()[1] not in found


def test_a_control_group_that_cannot_be_seen_is_told(
    held: Callable[..., Container], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.stack.container.group_meter", lambda _pid: None)
    with pytest.raises(StackError, match=r"rssbench-x cannot be seen in /sys/fs/cgroup: its CPU time"):
        _ = held("exec sleep 60", os.getpid()).meter
