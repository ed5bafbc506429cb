"""What a user may call a build: a release, ``PATH@REF`` or ``PATH``, each with ``:SET`` behind it or without."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from harness.errors import SettingsError

#: What a build may be called, for messages that say what is allowed.
FORMS = "a release (9.1.22), PATH@REF or PATH, with :today, :released or :YYYY-MM-DD behind it or without"

#: The newest packages of the index, as of the day that the cache keeps (harness/builds/dependency_sets.py).
TODAY = "today"
#: The packages of the build's own day.
RELEASED = "released"
#: Every release that the suite supports works with it, so that two builds differ in DIRAC's own code only.
DEFAULT_SET = TODAY

_RELEASE = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+((a|b|rc)[0-9]+)?")


@dataclass(frozen=True)
class Release:
    """A release of DIRAC on the package index."""

    version: str


@dataclass(frozen=True)
class SourceFolder:
    """Sources of DIRAC: a commit of the git clone at ``path``, or without ``ref`` the files as they are there."""

    path: Path
    ref: str | None


@dataclass(frozen=True)
class BuildSpec:
    """``name`` is what the user typed; ``dependency_set`` is ``today``, ``released`` or a date."""

    name: str
    content: Release | SourceFolder
    dependency_set: str


def parse_build(name: str) -> BuildSpec:
    """The build that ``name`` means. SettingsError when it means none, or a folder that is not there."""
    base, dependency_set = _split_set(name)
    if _is_path(base):
        return BuildSpec(name, _source_folder(name, base), dependency_set)
    if not _RELEASE.fullmatch(base):
        raise SettingsError([f"build {name!r}: not a release of DIRAC, nor a folder; allowed: {FORMS}"])
    return BuildSpec(name, Release(base), dependency_set)


def _split_set(name: str) -> tuple[str, str]:
    """What stands before the last colon and the dependency set behind it. No git ref has a colon."""
    base, colon, label = name.rpartition(":")
    if not colon or any(len(part) > len(base) and _folder(part).is_dir() for part in _path_parts(name)):
        return name, DEFAULT_SET  # the colon belongs to a folder
    if label in (TODAY, RELEASED) or _is_date(label):
        return base, label
    raise SettingsError(
        [f"build {name!r}: no such dependency set: {label!r}; allowed: {TODAY}, {RELEASED} or a date (2025-03-01)"]
    )


def _is_date(label: str) -> bool:
    try:
        return date.fromisoformat(label).isoformat() == label
    except ValueError:
        return False


def _is_path(base: str) -> bool:
    return "/" in base or base.startswith((".", "~")) or any(_folder(part).is_dir() for part in _path_parts(base))


def _path_parts(base: str) -> list[str]:
    """All of ``base``, then what stands before each ``@``, the longest first: paths and refs may have one too."""
    return [base[:end] for end in range(len(base), 0, -1) if end == len(base) or base[end] == "@"]


def _source_folder(name: str, base: str) -> SourceFolder:
    for part in _path_parts(base):
        if _folder(part).is_dir():
            ref = base[len(part) + 1 :] if part != base else None
            if ref is not None and (not ref or ref.startswith("-")):
                raise SettingsError([f"build {name!r}: {ref!r} is no commit, tag or branch"])
            return SourceFolder(_folder(part), ref)
    raise SettingsError([f"build {name!r}: there is no folder {_folder(base.rpartition('@')[0] or base)}"])


def _folder(path: str) -> Path:
    """Absolute, with ``~`` replaced. What names nobody's home stays as it is."""
    try:
        return Path(path).expanduser().resolve()
    except RuntimeError:
        return Path(path).absolute()
