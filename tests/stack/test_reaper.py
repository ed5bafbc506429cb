"""What is left when the owner of a real stack, or the owner and its reaper, are killed with ``kill -9``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.stack.ownership import remove_leftovers
from tests.stack.waiting import eventually

pytestmark = pytest.mark.stack

OWNER = """
import sys, time
from pathlib import Path
import msgspec
from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.model import BuildIdentity
from harness.stack.starting import start_stack
python, identity, root, logs = sys.argv[1:]
build = BuildEnvironment(Path(python), msgspec.json.decode(identity, type=BuildIdentity))
stack = start_stack(build, profile=PROFILES["S"], seed=1, stack_root=Path(root), log_directory=Path(logs))
print(stack.mark, flush=True)
time.sleep(600)
"""


@pytest.fixture
def owner(build: BuildEnvironment, stack_root: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, build.python, msgspec.json.encode(build.identity), stack_root, tmp_path],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    yield process
    process.kill()
    process.communicate()


def mark_of(owner: subprocess.Popen[str]) -> str:
    """Waits until the stack is ready."""
    assert owner.stdout
    mark = owner.stdout.readline().strip()
    assert len(command.marked_processes(mark)) == 2
    return mark


def test_processes_ports_and_directory_go_when_the_owner_is_killed(
    owner: subprocess.Popen[str], stack_root: Path
) -> None:
    mark = mark_of(owner)
    ports = {
        connection.laddr.port
        for process in command.marked_processes(mark)
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert len(ports) == 2
    owner.kill()

    assert eventually(lambda: not command.marked_processes(mark) and not (stack_root / mark).exists())

    still_listening = {
        connection.laddr.port
        for connection in psutil.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert not ports & still_listening
    assert eventually(lambda: not command.marked_processes(f"reaper-of-{mark}"))


def test_an_owner_killed_while_starting_leaves_nothing(owner: subprocess.Popen[str], stack_root: Path) -> None:
    before = set(stack_root.glob("stack-*"))
    assert eventually(lambda: any(command.marked_processes(path.name) for path in new_stacks(stack_root, before)))
    (directory,) = new_stacks(stack_root, before)
    owner.kill()
    assert eventually(lambda: not command.marked_processes(directory.name) and not directory.exists())


def test_the_next_start_cleans_up_when_the_reaper_was_killed_too(
    owner: subprocess.Popen[str], stack_root: Path
) -> None:
    mark = mark_of(owner)
    (reaper,) = command.marked_processes(f"reaper-of-{mark}")
    reaper.kill()
    owner.kill()
    owner.wait()
    assert len(command.marked_processes(mark)) == 2

    assert remove_leftovers(stack_root, print) == 1

    assert not command.marked_processes(mark)
    assert not (stack_root / mark).exists()


def new_stacks(stack_root: Path, before: set[Path]) -> set[Path]:
    return set(stack_root.glob("stack-*")) - before
