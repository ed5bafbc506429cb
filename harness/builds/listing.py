"""The builds of the cache in words: what ``rssbench builds`` and ``rssbench builds prune`` print."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

import msgspec

from harness.builds.cache import CachedBuild, Pruned
from harness.errors import SettingsError

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_HEADINGS = ("build", "DIRAC", "dependency set", "packages before", "size", "last used", "environment key")


def unused_time(text: str) -> timedelta:
    """Read ``30d``, ``12h``; SettingsError says what is allowed."""
    found = re.fullmatch(r"([0-9]{1,6})([mhdw])", text)
    if found is None:
        raise SettingsError(
            [f"--unused-for: {text!r} is not allowed; allowed: a number of m, h, d or w, such as 30d"]
        )
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def builds_text(builds: Iterable[CachedBuild], form: str) -> str:
    """A table, or with ``json`` a list of objects."""
    builds = list(builds)
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(builds), indent=2).decode()
    if not builds:
        return "no build is installed"
    rows = [_HEADINGS, *map(_cells, builds)]
    if form == "markdown":
        rows.insert(1, ("---",) * len(_HEADINGS))
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def pruned_text(pruned: Pruned, form: str) -> str:
    """One line per folder, or with ``json`` an object."""
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(pruned), indent=2).decode()
    lines = [f"removed {name}" for name in pruned.removed]
    lines += [f"{name} is in use and stays" for name in pruned.kept_in_use]
    lines = lines or ["nothing to remove"]
    return "\n".join(f"- {line}" if form == "markdown" else line for line in lines)


def _cells(build: CachedBuild) -> tuple[str, ...]:
    return (
        build.name,
        build.dirac_version,
        build.dependency_set,
        f"{build.packages_before:%Y-%m-%d %H:%M}",
        f"{build.size_bytes / 2**20:.0f} MiB",
        f"{build.last_used:%Y-%m-%d %H:%M}",
        build.environment_key,
    )
