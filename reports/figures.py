"""One function per figure: a frame in, a matplotlib Figure out. No files, no clock, no global state."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, Literal, ParamSpec

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.units import time_text

#: Okabe and Ito's palette, which colour-blind readers can tell apart; the service time's orange is darkened to
#: be read as a thin line on white. The page's style sheet uses the same values.
COLOURS = {
    "latency": "#0072b2",
    "service time": "#b35900",
    "error": "#d55e00",
    "asked": "#6b7280",
    "generator": "#999999",
    "service": "#0072b2",
    "database": "#e69f00",
    "outside": "#eceff3",
    "ink": "#374151",
    "line": "#e5e7eb",
}

STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#9ca3af",
    "axes.grid": True,
    "axes.labelcolor": COLOURS["ink"],
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 9,
    "grid.color": COLOURS["line"],
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "lines.solid_capstyle": "round",
    "svg.fonttype": "none",
    "svg.hashsalt": "rssbench",
    "text.color": COLOURS["ink"],
    "text.parse_math": False,
    "xtick.color": COLOURS["ink"],
    "xtick.major.size": 0,
    "ytick.color": COLOURS["ink"],
    "ytick.major.size": 0,
}

#: Ticks of the percentile axis: 1/(1-p) and its name.
PERCENTILE_TICKS = {2: "p50", 10: "p90", 100: "p99", 1_000: "p99.9", 10_000: "p99.99", 100_000: "p99.999"}

#: More of them crowd a small figure.
MOST_TIME_TICKS = 7

#: Solid for latency, dashed for service time, so that colour is not the only difference.
DASHES: dict[str, Any] = {"latency": "-", "service time": (0, (3, 1.5))}

P = ParamSpec("P")


def in_style(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw with STYLE and leave matplotlib's own settings as they were."""

    @functools.wraps(draw)
    def drawn(*arguments: P.args, **names: P.kwargs) -> Figure:
        with mpl.rc_context(STYLE):
            return draw(*arguments, **names)

    return drawn


def time_ticks(*times_s: pd.Series[float]) -> list[float]:
    """Ticks of a logarithmic axis that contain all finite times above zero: 1-2-5 steps, or decades when those are
    too many; empty without such a time."""
    present_s = [time_s for series in times_s for time_s in series if 0 < time_s < math.inf]
    if not present_s:
        return []
    smallest_s, largest_s = min(present_s) * (1 + 1e-9), max(present_s) * (1 - 1e-9)
    decades = range(math.floor(math.log10(smallest_s)) - 1, math.ceil(math.log10(largest_s)) + 2)
    for factors in ((1, 2, 5), (1,)):
        steps = [factor * 10.0**decade for decade in decades for factor in factors]
        first = max(index for index, step in enumerate(steps) if step <= smallest_s)
        last = min(index for index, step in enumerate(steps) if step >= largest_s)
        ticks_s = steps[first : max(last, first + 1) + 1]
        if len(ticks_s) <= MOST_TIME_TICKS:
            break
    return ticks_s


def tick_text(time_s: float) -> str:
    """A round time without the zeros that mean precision: ``10 ms``."""
    number, symbol = time_text(time_s).split()
    return f"{float(number.replace(',', '')):g} {symbol}"


@in_style
def latency_curves(curves: pd.DataFrame) -> Figure:
    """Time against percentile of all operations of a trial; ``curves`` as in ``frames.curve_frame``.

    Latency is solid, service time dashed; the part with few slower requests is pale. The lines of one operation
    have its ``curve_gid``, so that they can be shown alone on the same axes.
    """
    figure = Figure(figsize=(3.5, 2.1))
    figure.subplots_adjust(left=0.16, right=0.98, bottom=0.12, top=0.96)
    axes = figure.subplots()
    for place, (_, of_operation) in enumerate(curves.groupby("operation", sort=False)):
        for time, rows in of_operation.groupby("time", sort=False):
            look: dict[str, Any] = {"color": COLOURS[str(time)], "linestyle": DASHES[str(time)]}
            sure = rows[~rows["few"]]
            rest = pd.concat([sure.tail(1), rows[rows["few"]]])
            axes.plot(sure["one_in"], sure["time_s"], linewidth=1.6, label=time, gid=curve_gid(place), **look)
            axes.plot(rest["one_in"], rest["time_s"], linewidth=1.2, alpha=0.4, gid=curve_gid(place), **look)
    largest_one_in = curves["one_in"].max()
    axes.set_xscale("log")
    axes.set_xlim(1, largest_one_in * 1.1)
    shown = {one_in: name for one_in, name in PERCENTILE_TICKS.items() if one_in <= largest_one_in}
    axes.set_xticks(list(shown), list(shown.values()))
    axes.set_xticks([], minor=True)
    _time_axis(axes, time_ticks(curves["time_s"]))
    return figure


def curve_gid(place: int) -> str:
    """The group of lines of the operation at ``place`` in the frame of curves."""
    return f"curve-{place + 1}"


@in_style
def operation_percentiles(operations: pd.DataFrame) -> Figure:
    """p50, p95 and p99 of each operation of one trial on one time axis; rows as in ``frames.operation_frame``."""
    figure = Figure(figsize=(11, 0.7 + 0.32 * len(operations)), layout="constrained")
    axes = figure.subplots()
    for time, column, offset, face in (
        ("latency", "latency", -0.14, COLOURS["latency"]),
        ("service time", "service_time", 0.14, "white"),
    ):
        points = operations[[f"{column}_{percentile}_s" for percentile in ("p50", "p95", "p99")]]
        places = [row + offset for row in range(len(operations))]
        axes.hlines(places, points.min(axis=1), points.max(axis=1), color=COLOURS[time], linewidth=1.2)
        for name, marker in zip(points.columns, ("o", "D", "^"), strict=True):
            axes.plot(
                points[name], places, marker, color=COLOURS[time], markerfacecolor=face, markersize=4.5, label=name
            )
    axes.set_yticks(range(len(operations)), operations["operation"])
    axes.set_ylim(len(operations) - 0.5, -0.5)
    _time_axis(axes, time_ticks(*(rows for _, rows in operations.filter(regex="_p[0-9]+_s$").items())), along="x")
    return figure


@in_style
def timeline(steps: pd.DataFrame, *, window_s: tuple[float, float], open_loop: bool) -> Figure:
    """Latency above, rate below, over the time of one trial; ``steps`` as in ``frames.timeline_frame``.

    What lies outside the measured window ``window_s`` (begin, end) is shaded.
    """
    figure = Figure(figsize=(11, 4))
    figure.subplots_adjust(left=0.07, right=0.98, bottom=0.12, top=0.98, hspace=0.08)
    latency, rate = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    middle_s = (steps["begin_s"] + steps["end_s"]) / 2
    latency.plot(middle_s, steps["largest_latency_s"], color=COLOURS["latency"], alpha=0.45, label="slowest")
    latency.plot(middle_s, steps["median_latency_s"], color=COLOURS["latency"], linewidth=1.8, label="median")
    failed = steps["errors"] > 0
    marks = {"color": COLOURS["error"], "transform": latency.get_xaxis_transform(), "label": "errors"}
    latency.plot(middle_s[failed], [0.96] * failed.sum(), "x", **marks)
    _time_axis(latency, time_ticks(steps["median_latency_s"], steps["largest_latency_s"]))
    latency.set_ylabel("latency")
    figure.align_ylabels()
    edges = [*steps["begin_s"], steps["end_s"].iloc[-1]]
    rate.stairs(steps["answered_per_s"], edges, color=COLOURS["latency"], linewidth=1.4, label="answered")
    if open_loop:
        rate.stairs(steps["due_per_s"], edges, color=COLOURS["asked"], linestyle=(0, (2, 1.5)), label="asked")
    rate.set_ylim(bottom=0)
    rate.set_ylabel("requests / s")
    rate.set_xlabel("seconds since the start of the schedule")
    rate.set_xlim(0, edges[-1])
    for axes in (latency, rate):
        for begin_s, end_s in ((0.0, window_s[0]), (window_s[1], edges[-1])):
            if end_s > begin_s:
                axes.axvspan(begin_s, end_s, color=COLOURS["outside"], zorder=0, linewidth=0, label="outside")
    return figure


@in_style
def cpu_per_request(cpu: pd.DataFrame) -> Figure:
    """CPU time per request of each trial, stacked by side; ``cpu`` as in ``frames.cpu_frame``."""
    figure = Figure(figsize=(11, 0.7 + 0.4 * len(cpu)), layout="constrained")
    axes = figure.subplots()
    left = pd.Series(0.0, index=cpu.index)
    for side, ink in (("generator", "black"), ("service", "white"), ("database", "black")):
        widths_s = cpu[f"{side}_s"].fillna(0.0)
        bars = axes.barh(cpu["trial"], widths_s, left=left, height=0.62, color=COLOURS[side], label=side)
        largest_s = cpu.filter(like="_s").sum(axis=1).max()
        texts = [time_text(width) if width > largest_s * 0.07 else "" for width in widths_s]
        axes.bar_label(bars, texts, label_type="center", color=ink, fontsize=8)
        left += widths_s
    axes.set_ylim(len(cpu) - 0.5, -0.5)
    axes.xaxis.set_major_formatter(lambda value, _: tick_text(value))
    axes.grid(visible=False, axis="y")
    return figure


def _time_axis(axes: Axes, ticks_s: list[float], *, along: Literal["x", "y"] = "y") -> None:
    """A logarithmic axis from the first tick to the last, labelled with units; left alone without ticks."""
    if not ticks_s:
        return
    axes.set(**{f"{along}scale": "log", f"{along}lim": (ticks_s[0], ticks_s[-1])})
    axis = axes.xaxis if along == "x" else axes.yaxis
    axis.set_ticks(ticks_s, [tick_text(tick_s) for tick_s in ticks_s])
    axis.set_ticks([], minor=True)
