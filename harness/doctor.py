"""What this machine can do and what is missing."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import msgspec
import psutil

from harness.builds.cache import installed_builds
from harness.errors import StackError
from harness.stack.engine import find_engine
from harness.stack.ownership import leftover_stacks

#: A build takes about half of it, the data directory of profile XL the rest.
WANTED_FREE_BYTES = 3 * 2**30


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at; ``remedy`` says what to do when it is not good."""

    what: str
    good: bool
    detail: str
    remedy: str = ""


def examine(cache_folder: Path, stack_folder: Path) -> list[Finding]:
    """Look at everything a run needs. Nothing is changed."""
    return [
        _python(),
        *(_program(name, package) for name, package in PROGRAMS.items()),
        *(_space(folder) for folder in (cache_folder, stack_folder)),
        _builds(cache_folder),
        _engine(),
        _leftovers(stack_folder),
        _load(),
    ]


#: Program to the Debian package that brings it.
PROGRAMS = {
    "mariadbd": "mariadb-server",
    "mariadb-install-db": "mariadb-server",
    "gcc": "gcc",
    "swig": "swig",
    "pkg-config": "pkg-config",
}


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer")


def _program(name: str, package: str) -> Finding:
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    return Finding(name, path is not None, path or "not found", f"apt-get install -y {package}   (as root)")


def _space(folder: Path) -> Finding:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free_bytes = shutil.disk_usage(existing).free
    detail = f"{free_bytes / 2**30:.1f} GiB free"
    return Finding(
        f"space in {folder}", free_bytes >= WANTED_FREE_BYTES, detail, "free some, or name another folder"
    )


def _builds(cache_folder: Path) -> Finding:
    names = installed_builds(cache_folder)
    return Finding("builds", bool(names), ", ".join(names) or "none installed", "rssbench setup")


def _engine() -> Finding:
    """Nobody needs one: stacks are processes unless containers are asked for."""
    try:
        return Finding("container engine", good=True, detail=str(find_engine()))
    except StackError as error:
        return Finding("container engine", good=True, detail=f"only the runtime processes can be used: {error}")


def _leftovers(stack_folder: Path) -> Finding:
    left = leftover_stacks(stack_folder)
    detail = ", ".join(map(str, left)) or "none"
    return Finding("stacks whose owner is gone", not left, detail, "the next start removes them")


def _load() -> Finding:
    busy, cores = psutil.getloadavg()[0], psutil.cpu_count() or 1
    return Finding("load of this machine", busy < cores, f"{busy:.1f} on {cores} cores", "wait until it is quiet")
