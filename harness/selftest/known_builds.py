"""Builds whose difference is known: a clone of a published DIRAC, and commits of ours in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from harness.builds.environment import BuildEnvironment, prepare_build
from harness.selftest.changed_clone import make_published_clone
from harness.selftest.slowdown import Slowdown, slower_branch
from harness.selftest.small_changes import SmallChange

_DOWNLOADS = "dirac-sources"


class KnownBuilds:
    """``clone`` is made when a build is first asked for, and kept: `git diff main BRANCH` in it shows each
    change."""

    def __init__(self, clone: Path, release: str, cache_directory: Path, progress: Callable[[str], None]) -> None:
        self._clone = clone
        self._release = release
        self._cache_directory = cache_directory
        self._progress = progress

    def unchanged(self) -> BuildEnvironment:
        """BuildError when it cannot be had, as for the others."""
        if not self._clone.exists():
            self._progress(f"making a clone of DIRAC {self._release} in {self._clone}")
            unfinished = self._clone.with_name(f"{self._clone.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            make_published_clone(unfinished, (self._release,), self._cache_directory / _DOWNLOADS)
            unfinished.rename(self._clone)
        return self._prepared(f"{self._clone}@main")

    def slowed(self, slowdowns: Iterable[Slowdown]) -> dict[Slowdown, BuildEnvironment]:
        return {one: self._prepared(slower_branch(self._clone, one)) for one in slowdowns}

    def changed(self, changes: Iterable[SmallChange]) -> dict[str, BuildEnvironment]:
        """By name."""
        return {one.name: self._prepared(one.branch(self._clone)) for one in changes}

    def _prepared(self, name: str) -> BuildEnvironment:
        return prepare_build(name, self._cache_directory, self._progress)
