"""Small lines of ratios over builds, as inline SVG: a page has hundreds of them, so they are drawn by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from markupsafe import Markup

from reports.comparison_figures import FARTHEST
from reports.comparison_wording import METRICS, signed_percent
from reports.escaping import printable
from reports.history_views import Line, LinePoint
from reports.units import MISSING

_WIDTH, _HEIGHT, _EDGE = 220.0, 44.0, 8.0

#: The same as in the style sheet and in comparison_figures: worse, better, figures, what is outside.
_WORSE, _BETTER, _INK, _BAND = "#c24d00", "#00795a", "#0072b2", "#eceff3"


def scale(lines: Sequence[Line], margin: float) -> float:
    """Half the height of all lines of a column, as a logarithm: a tenth of their bounds may lie beyond; at least
    three times ``margin``, a log-ratio."""
    points = [point for line in lines for point in line.points if point.low is not None]
    bounds = sorted(abs(math.log(bound)) for one in points for bound in (one.low, one.high) if bound)
    typical = bounds[math.ceil(0.9 * len(bounds)) - 1] if bounds else 0.0
    return min(max(1.15 * typical, 3 * margin), FARTHEST)


def small_line(line: Line, limit: float, margin: float) -> Markup:
    """Estimates with their 95 % intervals, the practical margin as a band, a triangle where something changed.
    What lies beyond ``limit`` stands at the edge."""
    title = f"{METRICS[line.metric]} of {line.operation or 'all operations together'}"
    svg = ET.Element(
        "svg", {"viewBox": f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}", "role": "img", "aria-label": line_text(line, title)}
    )
    top, bottom = _y(margin, limit), _y(-margin, limit)
    _add(svg, "rect", x=0, y=top, width=_WIDTH, height=bottom - top, fill=_BAND)
    _add(svg, "path", d=f"M0 {_y(0, limit):.1f}H{_WIDTH:.0f}", stroke="#9ca3af", fill="none")
    places = [(_x(place, len(line.points)), point) for place, point in enumerate(line.points)]
    known = [(x, _y(math.log(point.ratio), limit)) for x, point in places if point.ratio]
    if known:
        _add(svg, "path", d="M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in known), stroke=_INK, fill="none")
    for x, point in places:
        _mark(svg, x, point, limit)
    return Markup(ET.tostring(svg, encoding="unicode"))  # noqa: S704 - built from elements


def line_text(line: Line, title: str) -> str:
    """For who cannot see it: every build with its ratio."""
    return printable(f"{title}: " + ", ".join(f"{one.label} {point_text(one)}" for one in line.points))


def point_text(point: LinePoint) -> str:
    """``+2.3 % [+1.6, +3.0]``, 0 for the reference."""
    if point.ratio is None:
        return MISSING
    if point.low is None or point.high is None:
        return "0 (reference)"
    return f"{signed_percent(point.ratio)} % [{signed_percent(point.low)}, {signed_percent(point.high)}]"


def _mark(svg: ET.Element, x: float, point: LinePoint, limit: float) -> None:
    if point.ratio is None:
        cross = _HEIGHT - 5
        shape = _add(svg, "path", d=f"M{x - 3:.1f} {cross - 3}l6 6m0-6l-6 6", stroke="#6b7280", fill="none")
    else:
        y = _y(math.log(point.ratio), limit)
        if point.low and point.high:
            low, high = _y(math.log(point.low), limit), _y(math.log(point.high), limit)
            _add(svg, "path", d=f"M{x:.1f} {low:.1f}V{high:.1f}", stroke=_INK, fill="none")
        fill = _INK if point.low else "#ffffff"
        shape = _add(svg, "circle", cx=x, cy=y, r=2.6, fill=fill, stroke=_INK)
        if point.change is not None:
            shape = _triangle(svg, x, y, worse=point.change.worse, recovered=bool(point.change.recovered_in))
    ET.SubElement(shape, "title").text = printable(f"{point.label} {point_text(point)}")


def _triangle(svg: ET.Element, x: float, y: float, *, worse: bool, recovered: bool) -> ET.Element:
    """Upwards for the worse; hollow when it recovered later."""
    colour, way = (_WORSE, -1) if worse else (_BETTER, 1)
    path = f"M{x - 5:.1f} {y - 4 * way:.1f}h10L{x:.1f} {y + 5 * way:.1f}Z"
    return _add(svg, "path", d=path, stroke=colour, fill="#ffffff" if recovered else colour)


def _x(place: int, builds: int) -> float:
    return _EDGE + place * (_WIDTH - 2 * _EDGE) / max(builds - 1, 1)


def _y(log_ratio: float, limit: float) -> float:
    middle = _HEIGHT / 2
    return middle - max(-1.0, min(1.0, log_ratio / limit)) * (middle - _EDGE)


def _add(svg: ET.Element, tag: str, **attributes: float | str) -> ET.Element:
    texts = {name: value if isinstance(value, str) else f"{value:.4g}" for name, value in attributes.items()}
    return ET.SubElement(svg, tag, texts)
