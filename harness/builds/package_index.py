"""Questions about releases of DIRAC to the package index that uv is configured to use."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from datetime import datetime
from typing import Any

import uv

from harness import command
from harness.errors import BuildError

_TIMEOUT_S = 120.0
_PLAIN = ("--quiet", "--no-deps", "--no-header", "--no-annotate")

#: What uv says when there is no release between others.
_NOTHING_FITS = r"requirements are unsatisfiable|there (is|are) no versions? of dirac"
#: What uv says when a release is not there.
NO_SUCH_RELEASE = r"there is no version of dirac|dirac was not found"


def published_at(version: str) -> datetime:
    """When the first file of a release was uploaded. BuildError when the index does not say."""
    answer = _compile(f"DIRAC=={version}", "--format", "pylock.toml")
    if answer.returncode != 0:
        raise BuildError(
            f"cannot ask the package index when DIRAC {version} was published: {answer.stderr.strip()}"
        )
    package: dict[str, Any] = tomllib.loads(answer.stdout)["packages"][0]
    files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
    uploads = [file["upload-time"] for file in files if "upload-time" in file]
    if not uploads:
        raise BuildError(
            "the package index does not tell upload times: only the dependency set 'today' can be had"
        )
    first: datetime = min(uploads)
    return first


def newest_release() -> str:
    """The newest release that this Python can have, alphas and candidates left out. BuildError when the index does
    not say."""
    answer = _compile("DIRAC")
    found = answer.stdout.strip().rpartition("==")[2]
    if answer.returncode != 0 or not found:
        said = " ".join(answer.stderr.split())
        raise BuildError(
            f"cannot ask the package index for the newest release of DIRAC: {said}; "
            "check the network, proxy and UV_* settings"
        )
    return found


def near_releases(version: str) -> list[str]:
    """The releases before and after one that is not there; empty when the index cannot say."""
    asked = (
        _compile(f"DIRAC<{version}"),
        _compile(f"DIRAC>{version}", "--resolution", "lowest"),
    )
    return [answer.stdout.strip().rpartition("==")[2] for answer in asked if answer.returncode == 0]


def releases_between(first: str, last: str) -> list[str]:
    """The releases after one and before another, oldest first, without release candidates.

    BuildError when the index cannot be asked.
    """
    found: list[str] = []
    while True:
        answer = _compile(f"DIRAC>{first},<{found[-1] if found else last}")
        if answer.returncode != 0:
            break
        found.append(answer.stdout.strip().rpartition("==")[2])
    if not re.search(_NOTHING_FITS, answer.stderr, re.IGNORECASE):
        raise BuildError(f"cannot ask the package index for releases of DIRAC: {answer.stderr.strip()}")
    return found[::-1]


def _compile(requirement: str, *options: str) -> command.Finished:
    return command.run(
        [uv.find_uv_bin(), "pip", "compile", *_PLAIN, "--python", sys.executable, *options, "-"],
        timeout_s=_TIMEOUT_S,
        environment=uv_environment(),
        text=requirement,
    )


def uv_environment() -> dict[str, str]:
    """For every call of uv: our interpreter, plain words, and the instant that we give, not one of the user's."""
    inherited = {name: value for name, value in os.environ.items() if name != "UV_EXCLUDE_NEWER"}
    return inherited | {"UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"}
