"""Who uses or changes an environment of the cache. The kernel drops a lock however its holder ends."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: Lock files that this process holds as a user, until it ends.
_used: dict[Path, int] = {}


def use(path: Path, waiting: Callable[[], None]) -> None:
    """Keep others from changing what belongs to ``path`` as long as this process lives, and note when it was used.

    ``waiting`` is called when another process must end its change first.
    """
    if path not in _used:
        _used[path] = _acquired(path, fcntl.LOCK_SH, waiting)
    os.utime(path)


def stop_using(path: Path) -> None:
    os.close(_used.pop(path))


def is_used_here(path: Path) -> bool:
    return path in _used


@contextmanager
def changing(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """The right to change what belongs to ``path``; ``waiting`` is called when others must end first."""
    descriptor = _acquired(path, fcntl.LOCK_EX, waiting)
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def changing_if_free(path: Path) -> Iterator[bool]:
    """Whether nobody uses or changes what belongs to ``path``; true holds until the end of the block."""
    try:
        descriptor = _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
        return
    try:
        yield True
    finally:
        os.close(descriptor)


@contextmanager
def temporary_directory(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder, removed at the end; locked, so that one left by a killed process can be told from it."""
    path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    descriptor = os.open(path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def _acquired(path: Path, operation: int, waiting: Callable[[], None]) -> int:
    try:
        return _locked(path, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        waiting()
        return _locked(path, operation)


def _locked(path: Path, operation: int) -> int:
    """A descriptor with the lock, on the file (made if need be) or folder that has that name now."""
    while True:
        kind = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
        descriptor = os.open(path, kind, 0o600)
        try:
            fcntl.flock(descriptor, operation)
            if path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # removed meanwhile by who held it
