"""What ``--format`` of a history offers: the changes first, then every operation and evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from harness.history import HistoryResult
from reports import history_views as views
from reports import history_wording as wording
from reports.comparison_views import ALL_OPERATIONS
from reports.comparison_wording import METRICS
from reports.escaping import markdown_text, one_line, shorten
from reports.history_lines import point_text
from reports.history_look_ups import look_ups
from reports.plain_tables import Table, markdown_tables, text_tables
from reports.units import plural, time_text

#: Most changes of one boundary, and most builds side by side; the report has all.
_CHANGES, _BUILDS = 20, 8

#: What of an evaluation is told.
_TOLD = ("statements", "connections")


def history_text(result: HistoryResult) -> str:
    lines = [wording.history_line(result), "", *(f"- {line}" for line in wording.in_short(result)), ""]
    return "\n".join(lines) + text_tables(_shown(result))


def history_markdown(result: HistoryResult) -> str:
    said = [f"- {markdown_text(line)}" for line in wording.in_short(result)]
    head = [f"**{markdown_text(wording.history_line(result))}**", "", *said, "", ""]
    return "\n".join(head) + markdown_tables(_shown(result))


def history_json(result: HistoryResult) -> str:
    """What ``history.json`` holds, field by field."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2).decode()


HISTORY_FORMATS: dict[str, Callable[[HistoryResult], str]] = {
    "text": history_text,
    "markdown": history_markdown,
    "json": history_json,
}


def _shown(result: HistoryResult) -> list[Table]:
    """Without those that say nothing."""
    return [table for table in _tables(result) if table.rows or table.notes]


def _tables(result: HistoryResult) -> Iterator[Table]:
    for boundary in views.boundaries(result):
        yield _changes(boundary, result)
    yield _ratios(result)
    yield _evaluations(result)
    yield _look_ups(result)
    yield Table("What is missing", ("build", "why"), _missing(result))
    yield Table("Not in a build, or answered wrongly", ("operation", "build", "why"), _lacking(result))


def _changes(boundary: views.Boundary, result: HistoryResult) -> Table:
    names = views.labels(result)
    rows = [("worse" if one.first.worse else "better", wording.group_text(one, names)) for one in boundary.groups]
    notes = [wording.environment_text(boundary)]
    if boundary.later.subject is not None:
        notes.append(wording.build_text(boundary.later))
    if len(rows) > _CHANGES:
        notes.append(f"{plural(len(rows) - _CHANGES, 'more change')} in the report")
    title = f"{wording.boundary_text(boundary)}: {plural(len(rows), 'change')}"
    return Table(title, ("", "what"), rows[:_CHANGES], notes)


def _ratios(result: HistoryResult) -> Table:
    lines = views.lines(result, "service_cpu")
    shown = slice(-_BUILDS, None)
    title = f"{METRICS['service_cpu']} beside {_reference(result)}, with 95 % intervals"
    rows = [
        (line.operation or ALL_OPERATIONS, *(point_text(point) for point in line.points[shown])) for line in lines
    ]
    headings = ("operation", *(views.label(build) for build in result.builds[shown]))
    left_out = len(result.builds) - _BUILDS
    notes = [f"{plural(left_out, 'older build')} in the report"] if left_out > 0 else []
    return Table(title, headings, rows, notes if rows else ["no build has pairs enough for an interval"])


def _evaluations(result: HistoryResult) -> Table:
    names = views.labels(result)
    rows = []
    for evaluation, points in views.courses(result, "evaluations").items():
        counters = views.counters_of(points)
        written = [counter for counter in counters if counter.startswith("rows written")]
        told = [
            f"{counter.removeprefix('rows written to ')} {text}"
            for counter in written
            if (text := views.runs_of(points, counter, names))
        ]
        rows.append(
            (evaluation, *(views.runs_of(points, counter, names) for counter in _TOLD), "; ".join(told) or "none")
        )
    return Table("One evaluation", ("element, actions", *_TOLD, "rows written"), rows)


def _look_ups(result: HistoryResult) -> Table:
    found = look_ups(result)
    keys = sorted({keys for one in found for keys in one.cpu_s})
    rows = [
        (
            views.label(one.build),
            *(time_text(one.cpu_s.get(number)) for number in keys),
            f"{one.growth_ratio:,.1f}",
        )
        for one in found
    ]
    headings = ("build", *(plural(number, "key") for number in keys), "most / fewest")
    return Table("CPU of a look-up in the client's cache", headings, rows)


def _missing(result: HistoryResult) -> list[tuple[str, ...]]:
    builds = [*views.missing(result), *views.partly(result)]
    return [(wording.build_text(build), wording.problems_text(build)) for build in builds]


def _lacking(result: HistoryResult) -> list[tuple[str, ...]]:
    return [(operation, build, shorten(one_line(why), 160)) for operation, build, why in views.lacking(result)]


def _reference(result: HistoryResult) -> str:
    return views.labels(result)[result.settings.reference]
