"""The builds that a range of a clone's commits stands for."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from harness.builds.clone import Clone
from harness.builds.commit_range import commits_of_range, split_range
from harness.errors import SettingsError


class NamedBuild(NamedTuple):
    """``subject``: what its commit is about; None for a build that was named by hand."""

    name: str
    subject: str | None = None


def builds_of_range(path: Path, span: str, every: int | None) -> list[NamedBuild]:
    """Where the range ``A..B`` begins, then its commits that touch the RSS or what it imports; with ``every`` each
    n-th, whatever it touches, counted from the newest. SettingsError when there is none."""
    clone = Clone.at(path.resolve())
    if clone is None:
        raise SettingsError([f"--clone: {path} is not the top of a git clone"])
    first, last = split_range(span)
    commits = commits_of_range(clone, first, last)
    chosen = [one for one in commits if one.touches_rss] if every is None else list(commits[::-1][::every][::-1])
    if not chosen:
        none = f"of the {len(commits)} commits in {span} none touches the RSS or what it imports"
        raise SettingsError([f"--range: {none}; --every 1 takes them all the same"])
    begin = NamedBuild(_name(clone, clone.commit_of(first)), first)
    return [begin, *(NamedBuild(_name(clone, one.commit), one.subject) for one in chosen)]


def _name(clone: Clone, commit: str) -> str:
    return f"{clone.path}@{commit[:12]}"
