"""The HTML report of a comparison: one file that needs nothing else, the verdict first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from harness.comparison import ComparisonResult, ExactComparison, Lane
from harness.counted import COUNTERS, ExactOperation, count_of
from harness.store import writing
from reports import comparison_wording as wording
from reports import exact_wording
from reports.comparison_glossary import GLOSSARY
from reports.comparison_illustrations import effect_illustration, pair_illustration
from reports.comparison_verdict import verdict_line
from reports.comparison_views import (
    OperationView,
    improvements,
    is_unanswered,
    judgement_views,
    offenders,
    operation_views,
    package_differences,
    rewritten,
)
from reports.illustrations import Illustration
from reports.open_questions import open_lines
from reports.rendering import rendered
from reports.units import bytes_text, plural

#: Most lines of one diff that the page shows; comparison.json has all.
DIFF_LINES = 200

REPORT = "report.html"


@dataclass(frozen=True)
class LaneView:
    """One timed lane: its figure, its judgements by operation, and how many have nothing to show."""

    name: Lane
    views: list[OperationView]
    unanswered: int
    effects: Illustration | None


@dataclass(frozen=True)
class FileView:
    """A file, or a folder with all that is below it."""

    name: str
    text: str


def write_comparison_report(result: ComparisonResult, pair_frame: pd.DataFrame, directory: Path) -> Path:
    """Write ``report.html`` into the run's directory and return its path; an older one is replaced.

    ``pair_frame`` has the columns ``comparison_frames.PAIR_COLUMNS`` and may be empty. RssbenchError when the page
    cannot be written.
    """
    report = directory / REPORT
    page = render_comparison(result, pair_frame, directory)
    with writing(report):
        report.write_text(page, encoding="utf-8")
    return report


def render_comparison(result: ComparisonResult, pair_frame: pd.DataFrame, directory: Path) -> str:
    """The page as text; of ``directory`` only the names and sizes of files are read."""
    views = operation_views(result)
    worse = offenders(views)
    return rendered(
        "comparison.html.j2",
        result=result,
        wording=wording,
        exact_wording=exact_wording,
        verdict=verdict_line(result),
        worse=worse,
        better=improvements(views),
        changed=rewritten(views),
        pairs=pair_illustration(pair_frame, worse),
        unanswered=open_lines(result),
        questions=wording.question_rows(result),
        lanes=_lanes(result),
        control=wording.control_text(result),
        control_clean=not wording.false_alarms(result),
        control_views=judgement_views(result.control),
        counted=counted,
        diff_lines=DIFF_LINES,
        packages=package_differences(result.baseline, result.contender),
        settings=wording.settings_text(result),
        continued=wording.continue_command(result),
        files=file_views(directory),
        glossary=GLOSSARY,
    )


def counted(exact: ExactComparison) -> list[tuple[int | None, int | None]]:
    """Of both sides, every counter."""
    return list(zip(_counters(exact.baseline), _counters(exact.contender), strict=True))


def file_views(directory: Path) -> list[FileView]:
    """What stands in the run's directory beside the report; a folder is one entry."""
    views = []
    for entry in sorted(directory.iterdir()):
        if entry.is_dir():
            sizes_bytes = [file.stat().st_size for file in entry.rglob("*") if file.is_file()]
            text = f"{plural(len(sizes_bytes), 'file')}, {bytes_text(sum(sizes_bytes))}"
            views.append(FileView(f"{entry.name}/", text))
        elif entry.name != REPORT:
            views.append(FileView(entry.name, bytes_text(entry.stat().st_size)))
    return views


def _lanes(result: ComparisonResult) -> list[LaneView]:
    lanes: list[LaneView] = []
    for lane in ("paired", "load"):
        asked = [one for one in result.judgements if one.lane == lane]
        answered = tuple(one for one in asked if not is_unanswered(one))
        if asked:
            effects = effect_illustration(result, lane)
            lanes.append(LaneView(lane, judgement_views(answered), len(asked) - len(answered), effects))
    return lanes


def _counters(side: ExactOperation | None) -> tuple[int | None, ...]:
    if side is None or side.problem is not None:
        return (None,) * len(COUNTERS)
    return tuple(count_of(side, counter) for counter in COUNTERS)
