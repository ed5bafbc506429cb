"""`rssbench worker`: what it refuses before it starts anything, and how it ends when nobody is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness import cli, cli_worker
from harness.errors import RssbenchError
from scenarios.remote.orders import WorkerOrders


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text("t" * 32)
    file.chmod(0o600)
    return file


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[WorkerOrders]:
    """The orders that would be worked on."""
    found: list[WorkerOrders] = []
    monkeypatch.setattr(cli_worker, "work", lambda orders, _root, _progress: found.extend(orders))
    monkeypatch.setattr(cli_worker, "Interruption", lambda: None)
    return found


def worker(token_file: Path, *arguments: str, master: str = "127.0.0.1:5557") -> Result:
    return CliRunner().invoke(
        cli.main, ["worker", "--master", master, "--token-file", str(token_file), *arguments]
    )


def test_each_process_has_a_name_of_its_own(token_file: Path, given: list[WorkerOrders]) -> None:
    assert worker(token_file, "--processes", "3", "--name", "a", "--wait", "90s").exit_code == 0
    assert [(one.name, one.host, one.port, one.wait_s) for one in given] == [
        (f"a/{number}", "127.0.0.1", 5557, 90.0) for number in range(3)
    ]
    assert given[0].key_file is None, "as the master says"


def test_all_mistakes_are_told_at_once(token_file: Path, given: list[WorkerOrders]) -> None:
    token_file.chmod(0o644)
    result = worker(token_file, "--wait", "soon", "--key", str(token_file), master="here")
    assert result.exit_code == 2
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [
        "--master",
        "--wait",
        "--token-file",
        "--ca, --certificate and --key",
    ]
    assert given == []


def test_a_worker_that_cannot_go_on_is_a_failure_of_the_harness(
    token_file: Path, given: list[WorkerOrders], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RssbenchError("a/0 ended with code 4: the master refuses a/0: all are here")

    monkeypatch.setattr(cli_worker, "work", fails)
    result = worker(token_file)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        4,
        "a/0 ended with code 4: the master refuses a/0: all are here",
    )


def test_ctrl_c_says_what_it_means_for_the_run(
    token_file: Path, given: list[WorkerOrders], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_worker, "work", interrupted)
    result = worker(token_file, "--name", "a")
    assert result.exit_code == 4
    assert "a: ended; the run that it worked for cannot be complete" in result.stderr


@pytest.mark.stack
def test_without_a_master_it_ends_and_leaves_nothing(
    token_file: Path, stack_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RSSBENCH_STACK_FOLDER", str(stack_root / "workers"))
    monkeypatch.setattr(cli_worker, "Interruption", lambda: None)
    result = worker(token_file, "--wait", "1s", "--name", "a", master="127.0.0.1:1025")
    assert result.exit_code == 4
    assert "a/0 ended with code 4: no master at 127.0.0.1:1025 within 1 s" in result.stderr
    assert not list((stack_root / "workers").glob("stack-*"))
