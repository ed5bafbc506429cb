"""Who owns a stack, and what happens to it when the owner is gone.

A stack is a directory ``<stack root>/<mark>``, and the processes and containers that carry the mark. Its owner
holds a lock on ``owner.lock`` in it; the kernel drops the lock however the owner ends. So a lock that can be taken
means a stack without an owner, and whoever takes it may clean up: the reaper of the stack, at once, or the next
start.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

import harness
from harness import command
from harness.errors import StackError
from harness.stack.engine import Engine

OWNER_LOCK = "owner.lock"
#: In the directory of a stack that has containers: the program of their engine, and what answers behind it.
_ENGINE = "engine"
_MARK_PREFIX = "stack-"

#: How long processes of a stack may take to end by themselves; their data is thrown away, so not long.
_STOP_TIMEOUT_S = 1.0

#: What the template or a fresh data directory takes; less left after a failed start is worth saying.
_WANTED_FREE_BYTES = 130_000_000


def prepare_stack_root(stack_root: Path) -> None:
    """Make the directory, mode 0711: others may pass, not list. StackError when it cannot hold stacks."""
    try:
        stack_root.mkdir(parents=True, exist_ok=True)
        if stack_root.stat().st_uid != os.getuid():
            raise StackError(f"{stack_root} belongs to another user; choose another stack folder")
        stack_root.chmod(0o711)
        closed = [folder for folder in stack_root.resolve().parents if not folder.stat().st_mode & 0o001]
    except OSError as error:
        raise StackError(f"cannot use {stack_root} for stacks: {error.strerror}") from error
    if closed and os.getuid() == 0:
        raise StackError(
            f"{closed[0]} is closed to the account of the database server; "
            "choose a stack folder that others may reach, such as one below /var/tmp"
        )


class OwnedDirectory:
    """The directory of a new stack, owned until :meth:`remove`; a reaper watches the owner meanwhile."""

    def __init__(self, stack_root: Path) -> None:
        self.mark = _MARK_PREFIX + secrets.token_hex(4)
        self.path = stack_root / self.mark
        with _root_lock(stack_root):  # nobody may find the directory before it is locked
            self.path.mkdir()
            self.path.chmod(0o711)
            self._lock = _open_lock(self.path)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            self._reaper = command.start(
                [sys.executable, "-m", "harness.stack.reaper", self.path],
                log_file=Path(os.devnull),
                mark=f"reaper-of-{self.mark}",
                directory=Path(harness.__file__).parent.parent,
            )
        except BaseException:
            remove_stack(self.path)
            os.close(self._lock)
            raise

    def remove(self) -> None:
        """End the marked processes, delete the directory, give up the lock; the reaper then ends."""
        remove_stack(self.path)
        os.close(self._lock)
        self._reaper.wait(timeout=30)


def note_engine(directory: Path, engine: Engine) -> None:
    """Before the first container of a stack is made: who can remove what it will have."""
    (directory / _ENGINE).write_text(f"{engine.program}\n{engine.name}\n")


def remove_stack(directory: Path) -> bool:
    """End every process and container of the stack and delete its directory. Only for who holds the lock.

    False when its engine does not answer: the directory stays then, without its content, for the next start.
    """
    _remove_containers(directory)
    for _attempt in range(3):  # a process may have been forked while the list was made
        if not command.stop_marked(directory.name, timeout_s=_STOP_TIMEOUT_S):
            break
    if _remove_containers(directory):  # one that was being made while its maker was ended
        shutil.rmtree(directory, ignore_errors=True)
        return True
    for path in directory.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name not in (OWNER_LOCK, _ENGINE):
            path.unlink()
    return False


def _remove_containers(directory: Path) -> bool:
    """Whether there are none left."""
    noted = directory / _ENGINE
    if not noted.exists():
        return True
    program, name = noted.read_text().splitlines()
    try:
        Engine(program, name, version="").remove_marked(directory.name)
    except StackError:
        return False
    return True


def wait_for_ownership(directory: Path) -> None:
    """Block until the owner is gone, then hold the lock. Returns at once when the directory is gone, too."""
    try:
        lock = _open_lock(directory)
    except FileNotFoundError:
        return
    fcntl.flock(lock, fcntl.LOCK_EX)


def remove_leftovers(stack_root: Path, progress: Callable[[str], None]) -> int:
    """Remove every stack below ``stack_root`` whose owner is gone; returns how many there were."""
    if not stack_root.is_dir():
        return 0
    removed = 0
    with _root_lock(stack_root):
        for directory in stack_directories(stack_root):
            lock = _try_lock(directory)
            if lock is not None:
                progress(f"removing {directory.name}, whose owner was killed")
                if remove_stack(directory):
                    removed += 1
                else:
                    progress(f"containers of {directory.name} are left: their engine does not answer")
                os.close(lock)
    return removed


def disk_shortage(stack_root: Path) -> str:
    """Programs say many things when a disk is full; this says it in plain words."""
    free_bytes = shutil.disk_usage(stack_root).free
    if free_bytes > _WANTED_FREE_BYTES:
        return ""
    return f"\nonly {free_bytes / 1e6:.0f} MB are free in {stack_root}: free some, or choose another stack folder"


def leftover_stacks(stack_root: Path) -> list[Path]:
    """The stacks whose owner is gone, left as they are."""
    return [directory for directory in stack_directories(stack_root) if not is_owned(directory)]


def stack_directories(stack_root: Path) -> list[Path]:
    return sorted(stack_root.glob(f"{_MARK_PREFIX}*"))


def is_owned(directory: Path) -> bool:
    """Whether the owner of this stack lives."""
    lock = _try_lock(directory)
    if lock is None:
        return directory.exists()
    os.close(lock)
    return False


def _try_lock(directory: Path) -> int | None:
    try:
        lock = _open_lock(directory)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _open_lock(directory: Path) -> int:
    return os.open(directory / OWNER_LOCK, os.O_RDWR | os.O_CREAT, 0o600)


def _root_lock(stack_root: Path) -> FileLock:
    return FileLock(stack_root / "stacks.lock")
