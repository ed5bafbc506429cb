"""Processes are started with a mark, found by it whoever their parent is, and ended to the last one."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from harness import command
from harness.errors import RssbenchError

from .stack.waiting import eventually

SLEEP = ["sleep", "60"]


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[str]:
    """A mark of this test alone; none of its processes outlives it."""
    name = f"test-{os.getpid()}-{tmp_path.name}"
    yield name
    command.stop_marked(name, timeout_s=0.2)


def start(arguments: list[str], tmp_path: Path, mark: str) -> command.Process:
    return command.start(arguments, log_file=tmp_path / "log", mark=mark)


def test_stdout_and_stderr_are_appended_to_a_log_that_only_its_owner_reads(tmp_path: Path, mark: str) -> None:
    for word in ("first", "second"):
        assert start(["sh", "-c", f"echo {word}; echo {word} >&2"], tmp_path, mark).wait(10) == 0
    log = tmp_path / "log"
    assert log.read_text() == "first\nfirst\nsecond\nsecond\n"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_process_has_a_session_of_its_own_its_mark_and_nothing_to_read(tmp_path: Path, mark: str) -> None:
    process = start(["sh", "-c", 'ps -o sid= -p $$; echo "$RSSBENCH_MARK"; read word || echo end'], tmp_path, mark)
    assert process.wait(10) == 0
    session, marked, end = (tmp_path / "log").read_text().split()
    assert (int(session), marked, end) == (process.pid, mark, "end")


def test_a_process_gets_the_environment_and_directory_it_is_given(tmp_path: Path, mark: str) -> None:
    process = command.start(
        ["/bin/sh", "-c", 'pwd; echo "$WORD:$HOME"'],
        log_file=tmp_path / "log",
        mark=mark,
        environment={"WORD": "given"},
        directory=tmp_path,
    )
    assert process.wait(10) == 0
    assert (tmp_path / "log").read_text() == f"{tmp_path}\ngiven:\n"


def test_a_program_that_is_missing_is_named(tmp_path: Path, mark: str) -> None:
    with pytest.raises(RssbenchError, match="cannot start /no/such: No such file or directory"):
        start(["/no/such"], tmp_path, mark)
    with pytest.raises(RssbenchError, match="cannot start /no/such: No such file or directory"):
        command.run(["/no/such"], timeout_s=1)


def test_run_answers_with_exit_code_stdout_and_stderr() -> None:
    ended = command.run(["sh", "-c", "echo out; echo err >&2; exit 3"], timeout_s=10)
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "out\n", "err\n")


def test_output_that_is_no_text_is_still_answered() -> None:
    assert command.run(["printf", r"\377a"], timeout_s=10).stdout == "\N{REPLACEMENT CHARACTER}a"


def test_a_command_that_takes_too_long_is_ended_and_named() -> None:
    with pytest.raises(RssbenchError, match="sleep did not finish within 0 s"):
        command.run(SLEEP, timeout_s=0.05)


def test_grandchildren_are_found_and_ended_though_their_parent_is_gone(tmp_path: Path, mark: str) -> None:
    parent = start(["sh", "-c", "setsid sleep 60 & setsid sleep 60 & echo started"], tmp_path, mark)
    assert parent.wait(10) == 0
    assert eventually(lambda: [p.name() for p in command.marked_processes(mark)] == ["sleep", "sleep"])
    assert command.stop_marked(mark) == 2
    assert command.marked_processes(mark) == []


def test_a_process_that_ended_and_was_not_waited_for_is_not_found(tmp_path: Path, mark: str) -> None:
    process = start(["true"], tmp_path, mark)
    assert eventually(lambda: psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE)
    assert command.marked_processes(mark) == []
    assert process.wait(10) == 0


def test_processes_with_another_mark_are_left_alone(tmp_path: Path, mark: str) -> None:
    other = start(SLEEP, tmp_path, f"{mark}-other")
    assert command.stop_marked(mark) == 0
    assert other.poll() is None
    assert command.stop_marked(f"{mark}-other") == 1
    assert not psutil.pid_exists(other.pid)
    other.wait(10)


def test_a_process_that_ignores_sigterm_is_killed_after_the_timeout(tmp_path: Path, mark: str) -> None:
    script = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    process = start([sys.executable, "-c", script], tmp_path, mark)
    assert eventually(lambda: (tmp_path / "log").read_text() == "1\n")
    began_s = time.monotonic()
    assert command.stop_marked(mark, timeout_s=0.2) == 1
    assert time.monotonic() - began_s >= 0.2
    assert not psutil.pid_exists(process.pid)
    process.wait(10)


def test_the_last_lines_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\ntwo\n\xffthree\n")
    assert command.last_lines(log, 2) == "two\n\N{REPLACEMENT CHARACTER}three"
    assert command.last_lines(log) == "one\ntwo\n\N{REPLACEMENT CHARACTER}three"


def test_a_log_without_lines_and_a_log_that_is_missing_say_so(tmp_path: Path) -> None:
    (tmp_path / "log").touch()
    assert command.last_lines(tmp_path / "log") == f"({tmp_path}/log is empty)"
    assert command.last_lines(tmp_path / "other") == f"(no log at {tmp_path}/other)"
