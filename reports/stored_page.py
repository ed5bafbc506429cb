"""One figure of each operation over all stored runs, drawn by hand: thousands of points in a moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from markupsafe import Markup

from harness.counted import COUNTERS
from harness.index.courses import StoredFigure
from harness.store import writing
from reports.comparison_views import ALL_OPERATIONS
from reports.escaping import printable
from reports.rendering import rendered
from reports.units import count, plural, time_text

_WIDTH, _HEIGHT, _EDGE = 900.0, 90.0, 6.0

#: Okabe and Ito's palette: one colour a build, in the order of first mention; later ones share the last.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6b7280")

#: Metrics that are no times.
_COUNTS = frozenset({"reached_rate", *COUNTERS})

GLOSSARY = {
    "stored run": "a run or comparison whose figures the index holds; of a comparison those of its contender",
    "not comparable": "times of different days or machines differ for reasons that are not DIRAC's: "
    "`rssbench history` measures builds beside each other",
}


@dataclass(frozen=True)
class Course:
    """One operation in one trial over time; ``low`` and ``high`` are the edges of the drawing, in words."""

    name: str
    runs: int
    low: str
    high: str
    svg: Markup


def write_stored_page(figures: Sequence[StoredFigure], metric: str, file: Path) -> Path:
    """Write the page and return its path. RssbenchError when it cannot be written."""
    page = render_stored(figures, metric)
    with writing(file):
        file.write_text(page, encoding="utf-8")
    return file


def render_stored(figures: Sequence[StoredFigure], metric: str) -> str:
    """The page as text; ``figures`` are the oldest first."""
    builds = list(dict.fromkeys(one.build for one in figures))
    colours = {build: COLOURS[min(place, len(COLOURS) - 1)] for place, build in enumerate(builds)}
    by_course: dict[str, list[StoredFigure]] = {}
    for one in figures:
        trial = f"{one.trial}, " if one.trial else ""
        by_course.setdefault(f"{trial}{one.operation or ALL_OPERATIONS}", []).append(one)
    runs = len({(one.run_id, one.measured_on, one.started_at) for one in figures})
    verdict = f"{metric} of {plural(len(by_course), 'operation')} in {plural(runs, 'stored run')}"
    return rendered(
        "stored.html.j2",
        verdict=verdict,
        metric=metric,
        first=figures[0].started_at.isoformat(" ", "minutes") if figures else "",
        last=figures[-1].started_at.isoformat(" ", "minutes") if figures else "",
        machines=list(dict.fromkeys(one.measured_on for one in figures)),
        builds=colours,
        courses=[_course(name, points, colours, metric) for name, points in by_course.items()],
        glossary=GLOSSARY,
    )


def _course(name: str, points: Sequence[StoredFigure], colours: dict[str, str], metric: str) -> Course:
    """A logarithmic scale from the smallest to the largest value; the time axis is the order of the runs."""
    low, high = min(one.value for one in points), max(one.value for one in points)
    runs = {run: place for place, run in enumerate(dict.fromkeys((one.started_at, one.run_id) for one in points))}
    paths: dict[str, list[str]] = {}
    for one in points:
        x = _EDGE + runs[one.started_at, one.run_id] * (_WIDTH - 2 * _EDGE) / max(len(runs) - 1, 1)
        # a stroke of no length with a round cap is a dot: all dots of a colour are one path
        paths.setdefault(colours[one.build], []).append(f"M{x:.1f} {_y(one.value, low, high):.1f}h0")
    svg = ET.Element(
        "svg", {"viewBox": f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}", "role": "img", "aria-label": printable(name)}
    )
    for colour, dots in paths.items():
        look = {"stroke": colour, "stroke-width": "3.5", "stroke-linecap": "round", "fill": "none"}
        ET.SubElement(svg, "path", {"d": "".join(dots), **look})
    drawing = Markup(ET.tostring(svg, encoding="unicode"))  # noqa: S704 - built from elements
    return Course(name, len(runs), _text(low, metric), _text(high, metric), drawing)


def _y(value: float, low: float, high: float) -> float:
    middle, span = _HEIGHT / 2, _HEIGHT - 2 * _EDGE
    if low == high:
        return middle
    if low > 0:
        value, low, high = math.log(value), math.log(low), math.log(high)
    return _HEIGHT - _EDGE - (value - low) / (high - low) * span


def _text(value: float, metric: str) -> str:
    return count(value) if metric in _COUNTS else time_text(value)
