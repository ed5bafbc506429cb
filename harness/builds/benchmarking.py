"""pytest and pytest-benchmark for the builds, in a folder of their own: the environment of a build stays as it was
installed.

pytest/<key>/          complete, for it got its name last
pytest/<key>.lock      held by who makes it
pytest/unfinished-*/   being made, or left by a process that was killed
"""

from __future__ import annotations

import hashlib
import platform
import shutil
from collections.abc import Callable
from pathlib import Path

import uv

from harness import command
from harness.builds import locks
from harness.builds.package_index import uv_environment
from harness.errors import BuildError

#: All that pytest-benchmark needs, so that nothing is left to the day of the installation.
PACKAGES = (
    "iniconfig==2.3.1",
    "packaging==26.3",
    "pluggy==1.7.0",
    "py-cpuinfo2==10.1.1",
    "pygments==2.21.0",
    "pytest==9.2.0",
    "pytest-benchmark==5.3.1",
)

_FOLDER = "pytest"
_UNFINISHED = "unfinished-"
_TIMEOUT_S = 300.0


def pytest_folder(python: Path, cache_directory: Path, progress: Callable[[str], None]) -> Path:
    """A folder for the search path of ``python``, which has the version of ours; made once and kept.

    Concurrent calls wait for one another. BuildError with the end of the installer's output when it fails.
    """
    parent = cache_directory / _FOLDER
    folder = parent / _key()
    if folder.exists():
        return folder
    try:
        parent.mkdir(parents=True, exist_ok=True)
        waiting = "waiting for another run that installs pytest-benchmark"
        with locks.changing(folder.with_name(f"{folder.name}.lock"), lambda: progress(waiting)):
            if not folder.exists():
                _remove_leftovers(parent)
                progress(f"installing pytest-benchmark into {folder}, once")
                _make(folder, python)
    except OSError as error:
        raise BuildError(f"cannot use {parent} for pytest-benchmark: {error.strerror}") from error
    return folder


def _key() -> str:
    version = platform.python_version()
    return f"{version}-{hashlib.sha256(repr((version, platform.machine(), PACKAGES)).encode()).hexdigest()[:12]}"


def _make(folder: Path, python: Path) -> None:
    with locks.temporary_directory(folder.parent, _UNFINISHED) as unfinished:
        target = unfinished / "packages"
        installed = command.run(
            [uv.find_uv_bin(), "pip", "install", "--python", python, "--target", target, "--no-deps", *PACKAGES],
            timeout_s=_TIMEOUT_S,
            environment=uv_environment(),
        )
        if installed.returncode != 0:
            last = "\n".join(installed.stderr.strip().splitlines()[-8:])
            raise BuildError(f"pytest-benchmark cannot be installed for the builds:\n{last}")
        target.rename(folder)


def _remove_leftovers(parent: Path) -> None:
    for leftover in parent.glob(f"{_UNFINISHED}*"):
        with locks.changing_if_free(leftover) as free:
            if free:
                shutil.rmtree(leftover, ignore_errors=True)
