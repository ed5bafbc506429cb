"""The HTML page of a history: one file that needs nothing else, the changes first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from harness.compare.margins import margins_of
from harness.comparison import Question, TimedLane, TimedMetric
from harness.history import HistoryResult
from harness.store import writing
from reports import comparison_wording, exact_wording, history_views, history_wording
from reports.comparison_views import ALL_OPERATIONS
from reports.comparison_wording import METRICS
from reports.history_lines import point_text, scale, small_line
from reports.history_look_ups import keys_of, look_ups
from reports.history_views import DRAWN, Line
from reports.rendering import rendered

REPORT = "report.html"

#: Most lines of one diff that the page shows.
DIFF_LINES = 200

GLOSSARY = {
    "reference": "the build beside which every other one was measured, in the same minutes and in turns: all "
    "ratios are over it",
    "change": "what is not the same in two builds that follow one another: counted, or, of times, significant "
    "over all that the history asks and larger than the practical margin",
    "recovered": "a later build is as the one before the change was",
    "practical margin": "what a change must exceed; the band around no change",
    "packages": "everything installed with DIRAC; in one dependency set only DIRAC's own requirements differ",
    "evaluation": "one element judged by the policy chain, with its actions",
    "connections": "opened to the database by anyone during one request or evaluation",
    "look-up": "one question to the cache that DIRAC's client keeps of all statuses, without any call",
}


@dataclass(frozen=True)
class DrawnLine:
    """A line with its drawing."""

    line: Line
    svg: Markup


@dataclass(frozen=True)
class Column:
    """One metric for all operations; ``limit_text``: what its lines can show, in words."""

    title: str
    limit_text: str
    lines: dict[str, DrawnLine]


def write_history_report(result: HistoryResult, directory: Path) -> Path:
    """Write ``report.html`` into the history's folder and return its path. RssbenchError when it cannot be."""
    report = directory / REPORT
    page = render_history(result)
    with writing(report):
        report.write_text(page, encoding="utf-8")
    return report


def render_history(result: HistoryResult) -> str:
    """The page as text."""
    columns = [_column(result, metric) for metric in DRAWN]
    return rendered(
        "history.html.j2",
        result=result,
        verdict=history_wording.history_line(result),
        views=history_views,
        wording=history_wording,
        comparison_wording=comparison_wording,
        exact_wording=exact_wording,
        names=history_views.labels(result),
        boundaries=history_views.boundaries(result),
        columns=[column for column in columns if column.lines],
        rows=list(dict.fromkeys(name for column in columns for name in column.lines)),
        operations=history_views.courses(result, "exact"),
        evaluations=history_views.courses(result, "evaluations"),
        look_ups=look_ups(result),
        look_up_lines=_drawn(history_views.lines(result, "benchmark_cpu", "micro")),
        missing=[*history_views.missing(result), *history_views.partly(result)],
        lacking=history_views.lacking(result),
        keys_of=keys_of,
        point_text=point_text,
        diff_lines=DIFF_LINES,
        glossary=GLOSSARY,
    )


def _column(result: HistoryResult, metric: TimedMetric) -> Column:
    drawn = _drawn(history_views.lines(result, metric))
    limit = _limit([one.line for one in drawn])
    text = f"{comparison_wording.signed_percent(math.exp(limit))} %"
    return Column(METRICS[metric], text, {one.line.operation or ALL_OPERATIONS: one for one in drawn})


def _drawn(lines: list[Line]) -> list[DrawnLine]:
    limit = _limit(lines)
    return [DrawnLine(line, small_line(line, limit, _margin(line))) for line in lines]


def _limit(lines: list[Line]) -> float:
    return scale(lines, max(map(_margin, lines), default=0.0))


def _margin(line: Line) -> float:
    lane: TimedLane = "micro" if line.metric.startswith("benchmark") else "paired"
    return margins_of(Question(lane, line.metric, line.operation)).practical
