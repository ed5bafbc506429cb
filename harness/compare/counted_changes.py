"""Which counters of requests and evaluations are not the same in neighbouring builds (pure)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from harness.compare.exact_lane import compare_exact
from harness.compare.margins import EXACT_BYTES_MARGIN_RATIO
from harness.comparison import ExactComparison
from harness.counted import BYTES, COUNTERS, CounterName, ExactOperation, count_of
from harness.history import HistoryBuild, HistoryChange, HistoryLane
from harness.policy_costs import ROWS_WRITTEN

#: Counter in words to its name where it varies.
_FIELDS: dict[str, CounterName] = {
    counter.replace("_", " ").replace("response", "answer"): counter for counter in COUNTERS
}


class CountedPoint(NamedTuple):
    """One operation or kind of evaluation in one build. ``rows_written``: by table, of an evaluation."""

    build: str
    counted: ExactOperation
    rows_written: dict[str, int] | None = None

    @property
    def counters(self) -> dict[str, int]:
        """By name in words, rows written with the table; what varies within the build, or could not be seen, is
        left out."""
        one, is_evaluation = self.counted, self.rows_written is not None
        counters = {
            name: value
            for name, field in _FIELDS.items()
            if (value := count_of(one, field)) is not None
            and field not in one.varying
            and not (is_evaluation and field in BYTES)
        }
        written = {ROWS_WRITTEN.format(table): rows for table, rows in (self.rows_written or {}).items()}
        return counters | {name: rows for name, rows in written.items() if name not in one.varying}


def counted_courses(builds: Sequence[HistoryBuild], lane: HistoryLane) -> dict[str, list[CountedPoint]]:
    """Operation, or element type and actions, to what was counted of it in each build that has it right."""
    courses: dict[str, list[CountedPoint]] = {}
    for build in builds:
        for point in _points(build, lane):
            if point.counted.problem is None:
                courses.setdefault(point.counted.operation, []).append(point)
    return courses


def counted_changes(builds: Sequence[HistoryBuild]) -> tuple[HistoryChange, ...]:
    """Every counter that differs between neighbours; bytes by more than their margin."""
    lanes: tuple[HistoryLane, ...] = ("exact", "evaluations")
    found = [
        change
        for lane in lanes
        for operation, course in counted_courses(builds, lane).items()
        for change in _changes(lane, operation, course)
    ]
    order = {build.name: place for place, build in enumerate(builds)}
    return tuple(sorted(found, key=lambda change: order[change.later]))


def neighbour_diff(earlier: ExactOperation, later: ExactOperation) -> ExactComparison | None:
    """How two neighbours differ, as the exact lane shows it; None when one of them failed."""
    compared = compare_exact([earlier], [later])
    return compared[0] if compared else None


def _points(build: HistoryBuild, lane: HistoryLane) -> Iterator[CountedPoint]:
    if lane == "exact":
        for one in build.counted:
            yield CountedPoint(build.name, one)
    for evaluation in build.evaluations if lane == "evaluations" else ():
        yield CountedPoint(build.name, evaluation.counted, evaluation.rows_written)


def _changes(lane: HistoryLane, operation: str, course: Sequence[CountedPoint]) -> Iterator[HistoryChange]:
    for place, (earlier, later) in enumerate(itertools.pairwise(course), start=1):
        for counter in dict.fromkeys([*_FIELDS, *earlier.counters, *later.counters]):
            one, other = _count(earlier, counter), _count(later, counter)
            if one is not None and other is not None and _differs(counter, one, other):
                yield HistoryChange(
                    earlier=earlier.build,
                    later=later.build,
                    lane=lane,
                    operation=operation,
                    metric=counter,
                    worse=other > one,
                    effect_ratio=other / one if one else None,
                    counts=(one, other),
                    recovered_in=_recovered(counter, one, course[place + 1 :]),
                )


def _count(point: CountedPoint, counter: str) -> int | None:
    """Nothing written to a table is no row; what varies is no number."""
    return point.counters.get(counter, None if counter in (*_FIELDS, *point.counted.varying) else 0)


def _differs(counter: str, one: int, other: int) -> bool:
    margin_ratio = EXACT_BYTES_MARGIN_RATIO if counter.endswith("bytes") else 1
    return max(one, other) > min(one, other) * margin_ratio


def _recovered(counter: str, before: int, later: Sequence[CountedPoint]) -> str | None:
    counts = ((point.build, _count(point, counter)) for point in later)
    alike = (build for build, count in counts if count is not None and not _differs(counter, before, count))
    return next(alike, None)
