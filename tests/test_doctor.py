"""The doctor names what is missing and how to get it, and changes nothing."""

from __future__ import annotations

import shutil
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from harness.doctor import PROGRAMS, WANTED_FREE_BYTES, Finding, examine
from harness.errors import StackError
from harness.stack.engine import Engine


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def find() -> Engine:
        raise StackError("no container engine: docker: no engine runs")

    monkeypatch.setattr("harness.doctor.find_engine", find)


def findings(tmp_path: Path) -> dict[str, Finding]:
    return {one.what: one for one in examine(tmp_path / "cache" / "deep", tmp_path / "stacks")}


def test_looking_changes_nothing(tmp_path: Path) -> None:
    assert findings(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_whatever_is_not_good_has_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_arguments, **_options: None)
    bad = [one for one in findings(tmp_path).values() if not one.good]
    assert {one.what for one in bad} >= {*PROGRAMS, "builds"}
    assert all(one.remedy for one in bad)


def test_an_engine_is_named_and_none_is_nothing_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without = findings(tmp_path)["container engine"]
    assert without.good
    assert without.detail.endswith("no container engine: docker: no engine runs")
    monkeypatch.setattr("harness.doctor.find_engine", lambda: Engine("/usr/bin/docker", "docker", "20.10.24"))
    assert findings(tmp_path)["container engine"].detail == "docker 20.10.24"


def test_the_python_that_runs_is_named(tmp_path: Path) -> None:
    python = findings(tmp_path)["Python"]
    assert python.good
    assert python.detail == sys.version.split()[0]


def test_a_missing_program_comes_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shutil.which", lambda name, **_options: None if name == "mariadbd" else f"/usr/bin/{name}"
    )
    found = findings(tmp_path)
    assert found["mariadbd"] == Finding(
        "mariadbd", good=False, detail="not found", remedy="apt-get install -y mariadb-server   (as root)"
    )
    assert found["gcc"].good
    assert found["gcc"].detail == "/usr/bin/gcc"


def test_a_server_outside_the_path_of_a_user_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian keeps mariadbd in /usr/sbin, which users other than root do not search."""
    searched = []

    def which(_name: str, path: str) -> str:
        searched.append(path.split(":"))
        return "/x"

    monkeypatch.setenv("PATH", "/home/me/bin")
    monkeypatch.setattr("shutil.which", which)
    findings(tmp_path)
    assert searched[0] == ["/home/me/bin", "/usr/sbin", "/usr/local/sbin"]


Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - as shutil has it


@pytest.mark.parametrize(("free", "good"), [(WANTED_FREE_BYTES - 1, False), (WANTED_FREE_BYTES, True)])
def test_space_is_looked_for_on_the_disk_that_a_folder_will_be_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, good: bool
) -> None:
    asked = []

    def disk_usage(folder: Path) -> Usage:
        asked.append(folder)
        return Usage(2**40, 0, free)

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)
    found = findings(tmp_path)
    assert asked == [tmp_path, tmp_path]
    assert found[f"space in {tmp_path / 'stacks'}"].good is good
    assert "3.0 GiB free" in found[f"space in {tmp_path / 'cache' / 'deep'}"].detail


def test_installed_builds_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(tmp_path)["builds"] == Finding(
        "builds", good=False, detail="none installed", remedy="rssbench setup"
    )
    monkeypatch.setattr("harness.doctor.installed_builds", lambda _folder: ["9.1.21", "9.1.22"])
    assert findings(tmp_path)["builds"].detail == "9.1.21, 9.1.22"


def test_a_stack_whose_owner_is_gone_is_named(tmp_path: Path) -> None:
    assert findings(tmp_path)["stacks whose owner is gone"].good
    left = tmp_path / "stacks" / "stack-0123"
    left.mkdir(parents=True)
    found = findings(tmp_path)["stacks whose owner is gone"]
    assert not found.good
    assert str(left) in found.detail
    assert left.exists()


@pytest.mark.parametrize(("busy", "good"), [(0.3, True), (2.0, False)])
def test_a_busy_machine_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, busy: float, good: bool) -> None:
    monkeypatch.setattr("psutil.getloadavg", lambda: (busy, 0.0, 0.0))
    monkeypatch.setattr("psutil.cpu_count", lambda: 2)
    found = findings(tmp_path)["load of this machine"]
    assert (found.good, found.detail) == (good, f"{busy} on 2 cores")
