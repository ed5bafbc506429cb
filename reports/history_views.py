"""A history as it is read: the lines of each operation, changes between neighbours, what is missing (pure)."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from harness.builds.recorded_files import OWN_PACKAGES
from harness.compare.counted_changes import CountedPoint, counted_courses, neighbour_diff
from harness.comparison import ExactComparison, TimedMetric
from harness.history import HistoryBuild, HistoryChange, HistoryLane, HistoryResult
from harness.model import BuildIdentity
from reports.comparison_views import PackageDifference, package_differences
from reports.history_changes import ChangeGroup, grouped

#: What is drawn of each operation.
DRAWN: tuple[TimedMetric, ...] = ("service_cpu", "database_cpu", "service_time")

_OWN = frozenset(name.lower() for name in OWN_PACKAGES)

_OF_DATABASE = ("statements", "rows examined", "rows sent", "commits", "connections")
#: What is told of one request.
COUNTERS = (*_OF_DATABASE, "nested calls", "answer bytes")


@dataclass(frozen=True)
class LinePoint:
    """One build on a line. ``ratio`` is over the reference, 1 for the reference itself; None where there is none.
    ``change``: what happened since the build before that has one."""

    label: str
    ratio: float | None
    low: float | None = None
    high: float | None = None
    change: HistoryChange | None = None


@dataclass(frozen=True)
class Line:
    """One metric of one operation over all builds; ``operation`` is None for all operations together."""

    operation: str | None
    metric: TimedMetric
    points: tuple[LinePoint, ...]


@dataclass(frozen=True)
class Diff:
    """What one operation or evaluation does otherwise than in the build before, in the words of the exact lane."""

    anchor: str
    operation: str
    exact: ExactComparison


@dataclass(frozen=True)
class Boundary:
    """Two builds that follow one another and are installed, the ``place``-th such pair. ``kind``: what of them
    differs; ``packages``: without DIRAC's own."""

    place: int
    earlier: HistoryBuild
    later: HistoryBuild
    kind: str
    packages: tuple[PackageDifference, ...]
    groups: tuple[ChangeGroup, ...]
    diffs: tuple[Diff, ...]


def label(build: HistoryBuild) -> str:
    """A release by its name, a commit by the beginning of its id."""
    _, at, ref = build.name.rpartition("@")
    return ref[:8] if at and build.subject is not None else build.name


def labels(result: HistoryResult) -> dict[str, str]:
    """Name of a build to its label."""
    return {build.name: label(build) for build in result.builds}


def lines(result: HistoryResult, metric: TimedMetric, lane: HistoryLane = "paired") -> list[Line]:
    """All operations together first, then every operation, in the order of the suite."""
    operations: dict[str | None, None] = {None: None} | dict.fromkeys(result.settings.timed)
    if lane == "micro":
        operations = dict.fromkeys(one.operation for build in result.builds for one in build.look_ups)
    found = (_line(result, metric, lane, operation) for operation in operations)
    return [line for line in found if any(point.low is not None for point in line.points)]


def boundaries(result: HistoryResult) -> list[Boundary]:
    """Neighbours in the list of builds; one that does not install stands between its neighbours."""
    installed = [build for build in result.builds if build.identity is not None]
    points = [*courses(result, "exact").items(), *courses(result, "evaluations").items()]
    return [
        _boundary(place, earlier, later, result.changes, _diffs(place, later, points))
        for place, (earlier, later) in enumerate(itertools.pairwise(installed), start=1)
    ]


def missing(result: HistoryResult) -> list[HistoryBuild]:
    """Builds without any figure."""
    return [build for build in result.builds if build.missing]


def partly(result: HistoryResult) -> list[HistoryBuild]:
    """Builds with figures, but not with all of them."""
    return [build for build in result.builds if build.problems and not build.missing]


def lacking(result: HistoryResult) -> list[tuple[str, str, str]]:
    """Operation, build and reason, of what a build does not have or answers wrongly."""
    found = [(one.operation, one.build, one.reason) for build in result.builds for one in build.absent]
    counted = [
        (one.operation, build.name, one.problem)
        for build in result.builds
        for one in (*build.counted, *(evaluation.counted for evaluation in build.evaluations))
        if one.problem is not None
    ]
    return list(dict.fromkeys([*found, *counted]))


def runs_of(points: Sequence[CountedPoint], counter: str, names: dict[str, str]) -> str:
    """``3, from 9.1.22 on 4``: a counter over all builds, told where it changes."""
    told, last = "", None
    for point in points:
        value = point.counters.get(counter)
        if value is not None and value != last:
            told += f", from {names[point.build]} on {value:,}" if told else f"{value:,}"
            last = value
    return told


def courses(result: HistoryResult, lane: HistoryLane) -> dict[str, list[CountedPoint]]:
    return counted_courses(result.builds, lane)


def counters_of(points: Sequence[CountedPoint]) -> list[str]:
    """The counters that are known of any build, without bytes."""
    known = dict.fromkeys(counter for point in points for counter in point.counters)
    return [counter for counter in known if not counter.endswith("bytes")]


def constant_operations(result: HistoryResult) -> Counter[bool]:
    """How many operations have (True) and have not the same statements and rows in all builds that have them."""
    changed = {
        change.operation for change in result.changes if change.lane == "exact" and change.metric in _OF_DATABASE
    }
    known = [name for name, points in courses(result, "exact").items() if len(points) > 1]
    return Counter(name not in changed for name in known)


def _line(result: HistoryResult, metric: TimedMetric, lane: HistoryLane, operation: str | None) -> Line:
    changes = {
        change.later: change
        for change in result.changes
        if (change.lane, change.metric, change.operation) == (lane, metric, operation)
    }
    return Line(
        operation,
        metric,
        tuple(_point(result, build, changes, metric, lane, operation) for build in result.builds),
    )


def _point(  # noqa: PLR0913, PLR0917  which build on which line
    result: HistoryResult,
    build: HistoryBuild,
    changes: dict[str, HistoryChange],
    metric: TimedMetric,
    lane: HistoryLane,
    operation: str | None,
) -> LinePoint:
    change = changes.get(build.name)
    if build.name == result.settings.reference:
        return LinePoint(label(build), 1.0, change=change)
    judgements = build.judgements if lane == "paired" else build.look_ups
    one = next((one for one in judgements if (one.metric, one.operation) == (metric, operation)), None)
    if one is None or one.effect_ratio is None or one.interval_ratio is None:
        return LinePoint(label(build), None)
    return LinePoint(label(build), one.effect_ratio, *one.interval_ratio, change=change)


def _boundary(
    place: int,
    earlier: HistoryBuild,
    later: HistoryBuild,
    changes: Sequence[HistoryChange],
    diffs: Sequence[Diff],
) -> Boundary:
    assert earlier.identity
    assert later.identity
    return Boundary(
        place,
        earlier,
        later,
        _kind(earlier.identity, later.identity),
        tuple(
            one for one in package_differences(earlier.identity, later.identity) if one.name.lower() not in _OWN
        ),
        tuple(grouped(change for change in changes if change.later == later.name)),
        tuple(diffs),
    )


def _kind(earlier: BuildIdentity, later: BuildIdentity) -> str:
    code = _code(earlier) != _code(later)
    packages = earlier.packages_digest != later.packages_digest or earlier.python_version != later.python_version
    if code and packages:
        return "DIRAC and its packages"
    return "DIRAC alone" if code else "packages alone, the same DIRAC" if packages else "nothing"


def _code(build: BuildIdentity) -> str:
    return build.tree or build.dirac_version


def _diffs(place: int, later: HistoryBuild, courses: Sequence[tuple[str, list[CountedPoint]]]) -> list[Diff]:
    """Of every operation whose statements changed in ``later``, against the build before that has it."""
    found: list[Diff] = []
    for operation, points in courses:
        for one, other in itertools.pairwise(points):
            exact = neighbour_diff(one.counted, other.counted) if other.build == later.name else None
            if exact and any(line.change != "kept" for line in exact.statements):
                found.append(Diff(f"diff-{place}-{len(found) + 1}", operation, exact))
    return found
