"""The builds between a good one and a bad one: releases, or commits of a clone. Nothing is installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from packaging.version import Version

from harness.bisection import RangeBuild
from harness.builds.clone import Clone
from harness.builds.commit_range import commits_of_range
from harness.builds.package_index import releases_between
from harness.builds.source import check_build
from harness.builds.spec import DEFAULT_SET, BuildSpec, Release, SourceFolder, parse_build
from harness.errors import SettingsError

#: Digits of a commit's id in the name of a build.
_SHORT = 12

Progress = Callable[[str], None]


def builds_of_range(
    good: str, bad: str, named: Sequence[str], *, all_commits: bool, progress: Progress
) -> tuple[RangeBuild, ...]:
    """From the good build to the bad one, both included, oldest first.

    Between two commits of a clone lie those that can change the RSS, or all of them; between two releases those
    that the index knows. ``named``: what lies between, for whoever knows it. SettingsError when there is no such
    range.
    """
    ends = parse_build(good), parse_build(bad)
    if named:
        return _named((ends[0], *map(parse_build, named), ends[1]))
    first, last = ends[0].content, ends[1].content
    if isinstance(first, Release) and isinstance(last, Release):
        _check_sets(*ends)
        return _releases(first, last, ends[0].dependency_set)
    if isinstance(first, SourceFolder) and isinstance(last, SourceFolder) and first.path == last.path:
        _check_sets(*ends)
        if first.ref is not None and last.ref is not None:
            return _commits(ends, first.path, (first.ref, last.ref), progress, all_commits=all_commits)
    known = "which builds lie between them is known of two releases and of two commits of one clone"
    raise SettingsError(
        [f"{good}, {bad}: {known} (PATH@GOOD PATH@BAD); else name them with --build, oldest first"]
    )


def _check_sets(good: BuildSpec, bad: BuildSpec) -> None:
    if good.dependency_set != bad.dependency_set:
        remedy = "name the same one behind both, or the builds between them with --build"
        raise SettingsError([f"{good.name} and {bad.name} have other dependency sets; {remedy}"])


def _named(specs: Sequence[BuildSpec]) -> tuple[RangeBuild, ...]:
    for spec in specs:
        check_build(spec)
    names = [spec.name for spec in specs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SettingsError([f"{', '.join(twice)}: each build of a range may be named once"])
    contents = [spec.content for spec in specs]
    versions = [Version(one.version) for one in contents if isinstance(one, Release)]
    if any(one > other for one, other in pairwise(versions)):
        raise SettingsError([f"releases must be named oldest first, not {', '.join(map(str, versions))}"])
    return tuple(map(RangeBuild, names))


def _releases(good: Release, bad: Release, dependency_set: str) -> tuple[RangeBuild, ...]:
    if Version(good.version) >= Version(bad.version):
        raise SettingsError([f"GOOD must be older than BAD: {good.version} is not older than {bad.version}"])
    versions = [good.version, *releases_between(good.version, bad.version), bad.version]
    return tuple(RangeBuild(f"{version}{_suffix(dependency_set)}") for version in versions)


def _commits(
    ends: tuple[BuildSpec, BuildSpec],
    path: Path,
    refs: tuple[str, str],
    progress: Progress,
    *,
    all_commits: bool,
) -> tuple[RangeBuild, ...]:
    for spec in ends:
        check_build(spec)
    clone = Clone.at(path)
    assert clone is not None  # as check_build has seen
    good, bad = (clone.commit_of(ref) for ref in refs)
    line = commits_of_range(clone, *refs)
    common = clone.common_ancestor(good, bad)
    if common != good:
        which = (
            f"name the last commit that both have: {common[:_SHORT]}" if common else "they have no common commit"
        )
        raise SettingsError([f"{refs[0]} is not part of what {refs[1]} was made from; {which}"])
    chosen = [one.commit for one in line if all_commits or one.touches_rss or one.commit == bad]
    if len(chosen) < len(line):
        progress(f"{len(line)} commits, {len(chosen)} of them can change the RSS (--all-commits for all)")
    told = clone.authored([good, *chosen])
    suffix = _suffix(ends[0].dependency_set)
    return tuple(
        RangeBuild(f"{path}@{commit[:_SHORT]}{suffix}", commit, *told[commit]) for commit in (good, *chosen)
    )


def _suffix(dependency_set: str) -> str:
    return "" if dependency_set == DEFAULT_SET else f":{dependency_set}"
