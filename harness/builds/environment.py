"""From the name of a build to an environment with that DIRAC installed, made once and kept."""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from filelock import AcquireReturnProxy, FileLock, Timeout

from harness import command
from harness.builds.installation import OVERRIDES, Installation
from harness.builds.spec import BuildSpec, parse_build
from harness.model import BuildError, BuildIdentity

#: Written last: an environment without it is incomplete, whatever else is there.
_MARKER = "build.json"


@dataclass(frozen=True)
class BuildEnvironment:
    """``python`` is the interpreter that has this DIRAC installed."""

    python: Path
    identity: BuildIdentity


def prepare_build(name: str, cache_directory: Path, progress: Callable[[str], None]) -> BuildEnvironment:
    """The environment of a build, installed if it is not there yet; concurrent calls wait for one another.

    SettingsError when ``name`` is no build; BuildError says which step failed, with the end of its output.
    """
    spec = parse_build(name)
    key = environment_key(spec)
    directory = cache_directory / key
    if (kept := _kept(directory)) is not None:
        return kept
    try:
        cache_directory.mkdir(parents=True, exist_ok=True)
        with _acquired(FileLock(cache_directory / f"{key}.lock"), progress):
            return _kept(directory) or _install(spec, directory, progress)
    except OSError as error:
        raise BuildError(f"build {name}: cannot use {cache_directory}: {error.strerror}") from error


def installed_builds(cache_directory: Path) -> list[str]:
    """The names of all complete builds in the cache."""
    kept = (_kept(marker.parent) for marker in cache_directory.glob(f"*/{_MARKER}"))
    return sorted({build.identity.name for build in kept if build is not None})


def environment_key(spec: BuildSpec) -> str:
    """The same for the same packages asked for, on the same interpreter."""
    parts = [spec.requirement, OVERRIDES, platform.python_version(), platform.machine(), sys.base_prefix]
    return f"{spec.release}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:12]}"


def _install(spec: BuildSpec, directory: Path, progress: Callable[[str], None]) -> BuildEnvironment:
    mark = f"build-{directory}"  # with its cache: other caches have installers of their own
    command.stop_marked(mark)  # an installer that outlived a run that was killed
    shutil.rmtree(directory, ignore_errors=True)
    progress(f"installing {spec.requirement} into {directory}, once")
    log_file = directory.with_name(f"{directory.name}.log")
    installation = Installation(spec.release, directory, log_file, mark)
    try:
        installation.make(spec.requirement)
        packages = installation.packages()
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    identity = BuildIdentity(
        name=spec.release,
        dirac_version=packages["dirac"],
        dependency_set=_digest(packages),
        python_version=platform.python_version(),
        environment_key=directory.name,
        packages=packages,
    )
    unfinished = directory / f"{_MARKER}.unfinished"
    unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(identity), indent=2))
    unfinished.rename(directory / _MARKER)
    return BuildEnvironment(installation.python, identity)


def _kept(directory: Path) -> BuildEnvironment | None:
    """The environment if it is complete and still has exactly the packages that were installed."""
    try:
        identity = msgspec.json.decode((directory / _MARKER).read_bytes(), type=BuildIdentity)
    except (OSError, msgspec.DecodeError):
        return None
    python = directory / "bin" / "python"
    expected = {(_normal(name), version) for name, version in identity.packages.items()}
    return BuildEnvironment(python, identity) if python.exists() and _present(directory) == expected else None


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


def _digest(packages: dict[str, str]) -> str:
    lines = sorted(f"{_normal(name)}=={version}" for name, version in packages.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def _acquired(lock: FileLock, progress: Callable[[str], None]) -> AcquireReturnProxy[FileLock]:
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        progress("waiting for another run that installs the same build")
        return lock.acquire()
