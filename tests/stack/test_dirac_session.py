"""Orders to a script that stays, and what happens when it does not."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.errors import StackError
from harness.model import BuildIdentity
from harness.stack.dirac_session import DiracSession

ECHO = """
import json, os, socket, sys, time
orders = json.load(open(sys.argv[1]))
print("what DIRAC says", flush=True)
with socket.socket(fileno=orders["channel"]) as channel, channel.makefile("rw") as stream:
    for line in stream:
        order = json.loads(line)
        if order["order"] == "die":
            sys.exit("no more orders")
        if order["order"] == "sleep":
            time.sleep(60)
        answer = {"error": "no such order"} if order["order"] == "unknown" else {"value": {**orders, **order}}
        print(json.dumps(answer), file=stream, flush=True)
"""


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], DiracSession]:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "echo.py").write_text(ECHO)
    monkeypatch.setattr("harness.stack.dirac_session.DIRAC_SIDE", scripts)
    build = BuildEnvironment(Path(sys.executable), BuildIdentity("9.1.22", "9.1.22", "none", "3.11", "key", {}))
    return lambda: DiracSession(build, tmp_path / "agent", tmp_path / "agent.log", "a mark of this test")


def test_orders_are_answered_one_after_the_other(session: Callable[[], DiracSession], tmp_path: Path) -> None:
    with session() as one:
        one.start("echo.py", "Option = 1\n", {"threads": 15})
        first = one.ask("read", timeout_s=10, name="CE.One.xx")
        assert (first["threads"], first["order"], first["name"]) == (15, "read", "CE.One.xx")
        assert Path(first["cfg"]).read_text() == "Option = 1\n"
        assert one.ask("evaluate", timeout_s=10)["order"] == "evaluate"
    assert (tmp_path / "agent.log").read_text() == "what DIRAC says\n"


def test_secrets_are_for_us_alone_and_gone_at_the_end(session: Callable[[], DiracSession], tmp_path: Path) -> None:
    with session() as one:
        one.start("echo.py", "Password = secret\n", {})
        answer = one.ask("read", timeout_s=10)
        assert {file.stat().st_mode & 0o777 for file in Path(answer["folder"]).iterdir()} == {0o600}
        assert Path(answer["folder"]).stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "agent").exists()


def test_the_process_carries_the_mark_and_ends_with_the_context(session: Callable[[], DiracSession]) -> None:
    with session() as one:
        one.start("echo.py", "", {})
        one.ask("read", timeout_s=10)
        assert [found.pid for found in command.marked_processes("a mark of this test")] == [one.process.pid]
    assert not psutil.pid_exists(one.process.pid)


def test_a_script_that_dies_is_quoted(session: Callable[[], DiracSession]) -> None:
    with (
        session() as one,
        pytest.raises(
            StackError, match=r"(?s)die: echo\.py of 9\.1\.22 has ended; .*what DIRAC says\nno more orders"
        ),
    ):
        one.start("echo.py", "", {}).ask("die", timeout_s=10)


def test_whoever_asks_a_dead_script_again_is_told_again(session: Callable[[], DiracSession]) -> None:
    with session() as one:
        one.start("echo.py", "", {})
        for _ in range(3):
            with pytest.raises(StackError, match=r"die: echo\.py of 9\.1\.22 has ended"):
                one.ask("die", timeout_s=10)


def test_a_script_that_refuses_an_order_goes_on(session: Callable[[], DiracSession]) -> None:
    with session() as one:
        one.start("echo.py", "", {})
        with pytest.raises(StackError, match=r"unknown: echo\.py of 9\.1\.22: no such order"):
            one.ask("unknown", timeout_s=10)
        assert one.ask("read", timeout_s=10)["order"] == "read"


def test_an_order_that_takes_too_long_is_an_error(session: Callable[[], DiracSession]) -> None:
    with session() as one, pytest.raises(StackError, match=r"sleep: no answer from echo\.py .* within 0\.2 s"):
        one.start("echo.py", "", {}).ask("sleep", timeout_s=0.2)
    assert not psutil.pid_exists(one.process.pid)


def test_nobody_else_gets_the_channel(session: Callable[[], DiracSession]) -> None:
    with session() as one:
        one.start("echo.py", "", {})
        channel = one.ask("read", timeout_s=10)["channel"]
        # ours of the script's end is closed: else nobody would notice that it died
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(channel)


def test_a_build_without_an_interpreter_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    build = BuildEnvironment(tmp_path / "no-python", BuildIdentity("9.1.22", "9.1.22", "none", "3.11", "key", {}))
    session = DiracSession(build, tmp_path / "agent", tmp_path / "agent.log", "a mark of this test")
    with pytest.raises(StackError, match=r"echo\.py of 9\.1\.22: cannot start .*no-python"):
        session.start("echo.py", "", {})
    assert not (tmp_path / "agent").exists()
