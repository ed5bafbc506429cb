"""Which runtime a stack gets, and what is said about it."""

from __future__ import annotations

import pytest

from harness.errors import SettingsError, StackError
from harness.stack import choosing
from harness.stack.choosing import runtime_asked_for, runtimes_to_compare
from harness.stack.engine import Engine

ENGINE = Engine("/usr/bin/docker", "docker", "20.10.24")


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(_wanted: str | None) -> Engine:
        raise StackError("no container engine: docker is not installed")

    monkeypatch.setattr(choosing, "find_engine", find)


@pytest.fixture
def an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "find_engine", lambda _wanted: ENGINE)


def test_nobody_asks_for_processes_and_gets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RSSBENCH_RUNTIME", raising=False)
    assert runtime_asked_for() == "processes"
    monkeypatch.setenv("RSSBENCH_RUNTIME", "containers")
    assert runtime_asked_for() == "containers"


def test_a_wrong_one_is_told_with_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RSSBENCH_RUNTIME", "vm")
    with pytest.raises(
        SettingsError, match="RSSBENCH_RUNTIME: 'vm' is not allowed; allowed: processes, containers"
    ):
        runtime_asked_for()


@pytest.mark.usefixtures("an_engine")
def test_auto_takes_containers_where_an_engine_answers_and_says_so() -> None:
    lines: list[str] = []
    assert runtimes_to_compare(("auto", "auto"), lines.append) == ("containers", "containers")
    assert lines == ["runtime: containers (docker 20.10.24)"]


@pytest.mark.usefixtures("no_engine")
def test_auto_takes_processes_where_none_does_and_says_why() -> None:
    lines: list[str] = []
    assert runtimes_to_compare(("auto", "auto"), lines.append) == ("processes", "processes")
    assert lines == ["runtime: processes (no container engine: docker is not installed)"]


@pytest.mark.usefixtures("an_engine")
def test_two_runtimes_are_compared_only_when_both_are_asked_for() -> None:
    assert runtimes_to_compare(("processes", "containers"), print) == ("processes", "containers")
