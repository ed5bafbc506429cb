from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from harness import command
from harness.errors import StackError
from harness.stack.engine import Engine
from harness.stack.ownership import (
    OwnedDirectory,
    is_owned,
    leftover_stacks,
    note_engine,
    prepare_stack_root,
    remove_leftovers,
)
from tests.stack.waiting import eventually

PROJECT = Path(__file__).parents[2]

#: A process that owns a stack of one sleeping process, and says so.
OWNER = """
import os, sys, time
from pathlib import Path
from harness import command
from harness.stack.ownership import OwnedDirectory
owned = OwnedDirectory(Path(sys.argv[1]))
command.start(["sleep", "600"], log_file=Path(os.devnull), mark=owned.mark)
print(owned.mark, flush=True)
time.sleep(600)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def owner(root: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(root)], stdout=subprocess.PIPE, text=True, cwd=PROJECT
    )
    yield process
    process.kill()
    process.communicate()


def mark_of(owner: subprocess.Popen[str]) -> str:
    assert owner.stdout
    return owner.stdout.readline().strip()


def ignore(_line: str) -> None:
    pass


def test_what_an_owner_removes_is_gone_with_processes_and_reaper(root: Path) -> None:
    owned = OwnedDirectory(root)
    sleeper = command.start(["sleep", "600"], log_file=Path(os.devnull), mark=owned.mark)
    assert is_owned(owned.path)

    owned.remove()

    assert sleeper.wait() in (0, -signal.SIGTERM)  # 0: psutil was first to collect the exit code
    assert not owned.path.exists()
    assert not command.marked_processes(f"reaper-of-{owned.mark}")


def test_the_stack_of_a_living_owner_is_left_alone(root: Path, owner: subprocess.Popen[str]) -> None:
    mark = mark_of(owner)

    assert remove_leftovers(root, ignore) == 0
    assert leftover_stacks(root) == []
    assert len(command.marked_processes(mark)) == 1


def test_the_reaper_cleans_up_when_the_owner_is_killed(root: Path, owner: subprocess.Popen[str]) -> None:
    mark = mark_of(owner)
    owner.send_signal(signal.SIGKILL)

    assert eventually(lambda: not command.marked_processes(mark) and not (root / mark).exists())
    assert eventually(lambda: not command.marked_processes(f"reaper-of-{mark}"))


def test_the_next_start_cleans_up_when_the_reaper_was_killed_too(root: Path, owner: subprocess.Popen[str]) -> None:
    mark = mark_of(owner)
    (reaper,) = command.marked_processes(f"reaper-of-{mark}")
    reaper.kill()
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    assert leftover_stacks(root) == [root / mark]
    lines: list[str] = []

    assert remove_leftovers(root, lines.append) == 1

    assert not command.marked_processes(mark)
    assert not (root / mark).exists()
    assert lines == [f"removing {mark}, whose owner was killed"]


def test_a_directory_whose_owner_died_before_locking_it_is_a_leftover(root: Path) -> None:
    (root / "stack-00000000").mkdir()
    assert remove_leftovers(root, ignore) == 1
    assert not (root / "stack-00000000").exists()


def test_a_lock_is_not_inherited_by_what_the_owner_starts(root: Path) -> None:
    owned = OwnedDirectory(root)
    sleeper = command.start(["sleep", "600"], log_file=Path(os.devnull), mark=owned.mark)
    inherited = [file.path for file in psutil.Process(sleeper.pid).open_files()]
    owned.remove()
    sleeper.wait()
    assert not [path for path in inherited if path.startswith(str(root))]


def test_there_is_nothing_to_remove_where_no_stack_ever_was(tmp_path: Path) -> None:
    assert remove_leftovers(tmp_path / "nowhere", ignore) == 0


def test_others_may_pass_the_stack_folder_but_not_list_it(stack_root: Path) -> None:
    prepare_stack_root(stack_root / "inner")
    assert stat.S_IMODE((stack_root / "inner").stat().st_mode) == 0o711


def test_a_stack_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match=r"cannot use .*/file for stacks: File exists"):
        prepare_stack_root(tmp_path / "file")


@pytest.mark.skipif(os.getuid() != 0, reason="only root has its database run as somebody else")
def test_a_folder_that_the_database_server_cannot_reach_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(StackError, match=r"closed to the account of the database server.*/var/tmp"):
        prepare_stack_root(tmp_path / "stacks")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to somebody else")
def test_a_folder_of_somebody_else_is_refused(stack_root: Path) -> None:
    folder = stack_root / "foreign"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    with pytest.raises(StackError, match="belongs to another user"):
        prepare_stack_root(folder)


class TestEngines:
    """Of stacks in containers; the engine is a script that answers, or does not, and knows one container."""

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Engine:
        folder = tmp_path / "engine"
        folder.mkdir()
        (folder / "container").write_text("c1\n")
        program = folder / "docker"
        program.write_text(
            f"#!/bin/sh\n[ ! -e {folder}/down ] || {{ echo 'Cannot connect' >&2; exit 1; }}\n"
            f"case $1 in ps) cat {folder}/container ;; rm) : >{folder}/container ;; esac\n"
        )
        program.chmod(0o755)
        return Engine(str(program), "docker", "1")

    @pytest.fixture
    def stacks(self, tmp_path: Path) -> Path:
        (tmp_path / "stacks").mkdir()
        return tmp_path / "stacks"

    def test_containers_go_with_the_stack(self, stacks: Path, engine: Engine) -> None:
        owned = OwnedDirectory(stacks)
        note_engine(owned.path, engine)
        owned.remove()
        assert Path(engine.program).with_name("container").read_text() == ""
        assert not owned.path.exists()

    def test_a_silent_engine_is_waited_for_by_the_next_starts(self, stacks: Path, engine: Engine) -> None:
        down = Path(engine.program).with_name("down")
        down.touch()
        owned = OwnedDirectory(stacks)
        note_engine(owned.path, engine)
        (owned.path / "database").mkdir()
        (owned.path / "stack.json").touch()
        owned.remove()
        assert {path.name for path in owned.path.iterdir()} == {"owner.lock", "engine"}

        lines: list[str] = []
        assert remove_leftovers(stacks, lines.append) == 0
        assert lines[-1] == f"containers of {owned.mark} are left: their engine does not answer"

        down.unlink()
        assert remove_leftovers(stacks, lines.append) == 1
        assert Path(engine.program).with_name("container").read_text() == ""
        assert not owned.path.exists()
