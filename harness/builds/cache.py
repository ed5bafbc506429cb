"""The environments of the cache: what marks one as complete, which are there, and which may go.

<key>/           an environment; ``build.json`` is written last: without it the environment is half made
<key>.lock       held shared by who uses it, alone by who changes it; its time says when it was last used
<key>.log        what the installer said
snapshot-*/      sources while they are installed
sources/         published source distributions, for commits of ours to them (harness/selftest/changed_clone.py)
sources-*.git/   a clone of a URL, with sources-*.fetching, which is held while it is fetched
today.json       the day of the dependency set ``today``
"""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psutil

from harness.builds import locks
from harness.builds.recorded_files import OWN_PACKAGES, are_intact, record_digest
from harness.builds.remedies import OVERRIDES, REMEDIES
from harness.builds.source import KEPT_PREFIX, SNAPSHOT_PREFIX, fetching_lock_of

_MARKER = "build.json"


class Installed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in ``build.json``: what an environment holds, whatever it was called when it was asked for."""

    #: the first name that it was made for
    name: str
    dirac_version: str
    dependency_set: str
    packages_before: datetime
    python_version: str
    packages: dict[str, str]
    record_digest: str
    #: of what decided on the packages (Installation.choice_digest)
    choice_digest: str


class CachedBuild(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One complete environment, as ``rssbench builds`` lists it."""

    name: str
    dirac_version: str
    dependency_set: str
    packages_before: datetime
    size_bytes: int
    last_used: datetime
    environment_key: str


@dataclass(frozen=True)
class Pruned:
    """``removed`` and ``kept_in_use``: names of folders below the cache."""

    removed: list[str]
    kept_in_use: list[str]


def environment_key(content: str, dependency_set: str, packages_before: datetime | None) -> str:
    """The same for the same sources or release with the same choice of packages, on the same interpreter."""
    parts = [content, dependency_set, packages_before and packages_before.isoformat(), OVERRIDES, REMEDIES]
    parts += [platform.python_version(), platform.machine(), sys.base_prefix]
    return f"{content[:12]}-{dependency_set}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:12]}"


def lock_of(directory: Path) -> Path:
    return directory.with_name(f"{directory.name}.lock")


def log_of(directory: Path) -> Path:
    return directory.with_name(f"{directory.name}.log")


def write_marker(directory: Path, installed: Installed) -> None:
    """Declare an environment complete."""
    unfinished = directory / f"{_MARKER}.unfinished"
    unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(installed), indent=2))
    unfinished.rename(directory / _MARKER)


def intact_environment(directory: Path) -> Installed | None:
    """What an environment holds, if it is complete and still has exactly what was installed: every package in its
    version, and every file of DIRAC itself."""
    installed = _read_marker(directory)
    if installed is None or not (directory / "bin" / "python").exists():
        return None
    expected = {(_normal(name), version) for name, version in installed.packages.items()}
    try:
        same = _present(directory) == expected and record_digest(directory) == installed.record_digest
    except OSError:
        return None
    return installed if same and are_intact(directory) else None


def donors(cache_directory: Path) -> tuple[tuple[Path, str], ...]:
    """The complete environments of this Python, the last made first, with what decided on their packages."""
    made = []
    for marker in cache_directory.glob(f"*/{_MARKER}"):
        installed = _read_marker(marker.parent)
        if installed is not None and installed.python_version == platform.python_version():
            made.append((marker.stat().st_mtime, marker.parent, installed.choice_digest))
    return tuple((directory, digest) for _time, directory, digest in sorted(made, reverse=True))


def installed_builds(cache_directory: Path) -> list[str]:
    """The names that complete environments were made for."""
    kept = (_read_marker(marker.parent) for marker in cache_directory.glob(f"*/{_MARKER}"))
    return sorted({installed.name for installed in kept if installed is not None})


def cached_builds(cache_directory: Path) -> list[CachedBuild]:
    """All complete environments, the one used last first."""
    found = []
    for marker in cache_directory.glob(f"*/{_MARKER}"):
        directory = marker.parent
        if (installed := _read_marker(directory)) is not None:
            found.append(
                CachedBuild(
                    name=installed.name,
                    dirac_version=installed.dirac_version,
                    dependency_set=installed.dependency_set,
                    packages_before=installed.packages_before,
                    size_bytes=_size_bytes(directory),
                    last_used=_last_used(directory),
                    environment_key=directory.name,
                )
            )
    return sorted(found, key=lambda build: build.last_used, reverse=True)


def prune(cache_directory: Path, unused_for: timedelta, now: datetime) -> Pruned:
    """Remove environments and clones that were not used for so long, half-made ones, and snapshots that were left.

    What a process uses or changes stays.
    """
    pruned = Pruned([], [])
    for directory in _environments(cache_directory):
        if _read_marker(directory) is not None and now - _last_used(directory) < unused_for:
            continue
        with locks.changing_if_free(lock_of(directory)) as free:
            if not free or in_use_by(directory):
                pruned.kept_in_use.append(directory.name)
                continue
            shutil.rmtree(directory, ignore_errors=True)
            log_of(directory).unlink(missing_ok=True)
            lock_of(directory).unlink(missing_ok=True)
            pruned.removed.append(directory.name)
    for folder, lock in _sources(cache_directory, unused_for, now):
        with locks.changing_if_free(lock) as free:
            if free:
                shutil.rmtree(folder, ignore_errors=True)
                pruned.removed.append(folder.name)
                if lock != folder:
                    lock.unlink(missing_ok=True)
    return pruned


def in_use_by(directory: Path) -> list[int]:
    """Processes that run from an environment: those of a stack outlive the command that prepared its build."""
    prefix = f"{directory}/"
    found = []
    for process in psutil.process_iter():
        try:
            if any(argument.startswith(prefix) for argument in process.cmdline()):
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


def packages_digest(packages: dict[str, str]) -> str:
    """Of the dependencies; DIRAC's own packages are what the build is."""
    own = {_normal(name) for name in OWN_PACKAGES}
    lines = sorted(f"{_normal(name)}=={version}" for name, version in packages.items() if _normal(name) not in own)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def _environments(cache_directory: Path) -> Iterator[Path]:
    for directory in sorted(cache_directory.glob("*/")):
        if (directory / "pyvenv.cfg").exists() or lock_of(directory).exists():
            yield directory


def _sources(cache_directory: Path, unused_for: timedelta, now: datetime) -> Iterator[tuple[Path, Path]]:
    """Snapshots, each its own lock, and clones that were not fetched for so long, with theirs."""
    for snapshot in sorted(cache_directory.glob(f"{SNAPSHOT_PREFIX}*")):
        yield snapshot, snapshot
    for kept in sorted(cache_directory.glob(f"{KEPT_PREFIX}*.git")):
        if now - datetime.fromtimestamp(kept.stat().st_mtime, UTC) >= unused_for:
            yield kept, fetching_lock_of(kept)


def _read_marker(directory: Path) -> Installed | None:
    try:
        return msgspec.json.decode((directory / _MARKER).read_bytes(), type=Installed)
    except (OSError, msgspec.DecodeError):
        return None


def _last_used(directory: Path) -> datetime:
    dated = next(path for path in (lock_of(directory), directory) if path.exists())
    return datetime.fromtimestamp(dated.stat().st_mtime, UTC)


def _size_bytes(directory: Path) -> int:
    return sum(file.lstat().st_size for file in directory.rglob("*") if not file.is_dir())


def _present(directory: Path) -> set[tuple[str, str]]:
    """Names and versions of what is installed, from the names of its metadata directories."""
    found = set()
    for metadata in directory.glob("lib/python*/site-packages/*.dist-info"):
        name, _, version = metadata.name.removesuffix(".dist-info").partition("-")
        found.add((_normal(name), version))
    return found


def _normal(name: str) -> str:
    """A package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()
