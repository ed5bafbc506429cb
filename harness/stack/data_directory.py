"""Copies of a database server's data directory, as small as what was ever written to it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

_BLOCK_BYTES = 1 << 20
_ZEROS = bytes(_BLOCK_BYTES)
#: Made anew by every start of the server.
_TEMPORARY = ("ibtmp1",)


def copy_data_directory(source: Path, target: Path, give: Callable[[Path], None]) -> None:
    """Copy the data directory of a server that is not running; ``target`` must not exist, or be empty.

    The redo log is a hundred megabytes of zeros until it is used: zeros become holes, which cost neither time
    nor disk. ``give`` makes the account of the server the owner. OSError when there is no room.
    """
    give(make_private(target))
    shutil.copytree(
        source, target, dirs_exist_ok=True, copy_function=_copy_sparse, ignore=lambda *_: list(_TEMPORARY)
    )
    for path in target.rglob("*"):
        give(path)


def _copy_sparse(source: str, target: str) -> str:
    with Path(source).open("rb", buffering=0) as reading, Path(target).open("wb", buffering=0) as writing:
        while block := reading.read(_BLOCK_BYTES):
            if block == _ZEROS[: len(block)]:
                writing.seek(len(block), os.SEEK_CUR)
            else:
                writing.write(block)
        writing.truncate(writing.tell())
    return target


def make_private(path: Path) -> Path:
    path.mkdir(mode=0o700, exist_ok=True)
    return path
