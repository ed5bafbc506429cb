"""Figures of a comparison: a frame in, a matplotlib Figure out. No files, no clock, no global state."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.comparison_wording import METRICS
from reports.escaping import one_line
from reports.figures import COLOURS, in_style

#: Colour and marker of each verdict: the shape tells as much as the colour.
LOOKS: dict[str, dict[str, Any]] = {
    "regression": {"color": "#c24d00", "marker": ">", "markersize": 7},
    "improvement": {"color": "#00795a", "marker": "<", "markersize": 7},
    "same": {"color": "#4b5563", "marker": "o", "markersize": 4},
    "inconclusive": {"color": "#4b5563", "marker": "o", "markersize": 5, "markerfacecolor": "white"},
    "wrong": {"color": "#c24d00", "marker": "X", "markersize": 7},
}

#: No panel is wider than this, as a logarithm. An effect beyond its panel stands at the edge with its number.
FARTHEST = math.log(1.5)

#: Most characters of an operation's name beside a figure.
NAME_LENGTH = 56

#: Colour and vertical place in a strip, from -0.5 to 0.5, of each side.
_SIDES = {"compared": ("#0072b2", -0.2), "control": ("#6b7280", 0.22)}

#: A stroke this long, with a round cap, is a dot: all dots of a strip are one path.
_DOT = 1e-9


@in_style
def effects(frame: pd.DataFrame) -> Figure:
    """Estimate and 95 % interval of each operation, one panel per metric; ``frame`` as ``effect_frame`` makes it.

    The margin is a band around no change. The axis is one of ratios, labelled as changes.
    """
    metrics, operations = list(frame["metric"].unique()), list(frame["operation"].unique())
    figure = Figure(figsize=(11, 0.9 + 0.22 * len(operations)), layout="constrained")
    panels = figure.subplots(1, len(metrics), sharey=True, squeeze=False)[0]
    places = frame["operation"].map({operation: place for place, operation in enumerate(operations)})
    for axes, metric in zip(panels, metrics, strict=True):
        rows = frame[frame["metric"] == metric]
        _panel(axes, rows.assign(place=places[rows.index]), _limit(rows))
        axes.set_title(METRICS[metric], fontsize=9)
    panels[0].set_yticks(range(len(operations)), [axis_name(operation) for operation in operations])
    panels[0].set_ylim(len(operations) - 0.4, -0.6)
    return figure


@in_style
def pair_strips(strips: pd.DataFrame) -> Figure:
    """The log-ratio of each pair, one strip per question; ``strips`` as ``strip_frame`` makes it.

    Within a strip the pairs lie from top to bottom in the order of measuring: above the two builds, below the
    control. A line marks the estimate.
    """
    names = strips.drop_duplicates("strip").sort_values("strip")
    figure = Figure(figsize=(11, 0.7 + 0.55 * len(names)), layout="constrained")
    axes = figure.subplots()
    limit = max(float(strips["log_ratio"].abs().max()) * 1.08, 0.01)
    _ratio_axis(axes, limit, each_side=4)
    for (_, side), rows in strips.groupby(["strip", "side"], sort=True):
        colour, place = _SIDES[str(side)]
        order = rows["pair"].rank(method="first") / (len(rows) + 1) - 0.5
        heights = rows["strip"] + place + order * 0.34
        _dots(axes, rows["log_ratio"].to_numpy(), heights.to_numpy(), colour, str(side))
    for strip, effect in zip(names["strip"], names["effect"], strict=True):
        if not math.isnan(effect):
            axes.plot([math.log(effect)] * 2, [strip - 0.42, strip + 0.02], color=COLOURS["ink"], linewidth=2)
    questions = zip(names["operation"], names["metric"], strict=True)
    labels = [f"{axis_name(operation)}\n{METRICS[metric]}" for operation, metric in questions]
    axes.set_yticks(names["strip"], labels)
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.grid(visible=False, axis="y")
    return figure


def axis_name(operation: str) -> str:
    """The name, printable, with its middle left out when it would take the room of the figure."""
    name = one_line(operation)
    half = NAME_LENGTH // 2
    return name if len(name) <= NAME_LENGTH else f"{name[:half]}…{name[1 - half :]}"


def change_ticks(limit: float, each_side: int) -> list[float]:
    """Round changes, as ratios minus 1, whose logarithm is within ``limit``; 1 to ``each_side`` each side of 0."""
    finest = -math.expm1(-limit) / each_side
    decade = 10.0 ** math.floor(math.log10(finest))
    step = next(decade * factor for factor in (1, 2, 3, 5, 10) if decade * factor >= finest * (1 - 1e-9))
    places = range(-each_side, each_side + 1)
    return [place * step for place in places if place * step > -1 and abs(math.log1p(place * step)) <= limit]


def _limit(rows: pd.DataFrame) -> float:
    """Half the width of a panel, as a logarithm: a tenth of its estimates and bounds may lie beyond."""
    values = rows[["effect", "low", "high"]].to_numpy(dtype=float).ravel()
    logarithms = np.abs(np.log(values[np.isfinite(values) & (values > 0)]))
    margins = 3 * math.log(rows["margin"].max()) if rows["margin"].notna().any() else 0.0
    return min(max(1.15 * float(np.quantile(logarithms, 0.9)), margins, 0.005), FARTHEST)


def _panel(axes: Axes, rows: pd.DataFrame, limit: float) -> None:
    _ratio_axis(axes, limit, each_side=2)
    margin = rows["margin"].max()
    if not math.isnan(margin):
        axes.axvspan(-math.log(margin), math.log(margin), color=COLOURS["outside"], zorder=0, linewidth=0)
    for verdict, group in rows.groupby("verdict"):
        look = LOOKS[str(verdict)]
        effect, low, high = (np.log(group[name].to_numpy(dtype=float)) for name in ("effect", "low", "high"))
        gaps = np.full(len(group), np.nan)
        xs = np.column_stack([np.clip(low, -limit, limit), np.clip(high, -limit, limit), gaps]).ravel()
        axes.plot(xs, np.repeat(group["place"], 3), color=look["color"], linewidth=1.4)
        axes.plot(
            np.clip(effect, -limit, limit), group["place"], linestyle="", label=verdict, clip_on=False, **look
        )
        for at, place in zip(effect, group["place"], strict=True):
            if abs(at) > limit:
                text = f"{math.expm1(at) * 100:+,.0f} %"
                beside = (-7, "right") if at > 0 else (7, "left")
                axes.annotate(
                    text,
                    (math.copysign(limit, at), place),
                    (beside[0], 0),
                    ha=beside[1],
                    va="center",
                    textcoords="offset points",
                    fontsize=8,
                    fontweight="bold",
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
                )


def _ratio_axis(axes: Axes, limit: float, *, each_side: int) -> None:
    """An axis of logarithms of ratios, labelled as changes in percent, with a line at no change."""
    ticks = change_ticks(limit, each_side)
    axes.set_xlim(-limit, limit)
    axes.set_xticks(
        [math.log1p(tick) for tick in ticks], [f"{round(tick * 100, 6):+g} %" if tick else "0" for tick in ticks]
    )
    axes.axvline(0, color="#9ca3af", linewidth=1, zorder=1)


def _dots(axes: Axes, xs: np.ndarray, ys: np.ndarray, colour: str, side: str) -> None:
    gaps = np.full(len(xs), np.nan)
    axes.plot(
        np.column_stack([xs, xs + _DOT, gaps]).ravel(),
        np.column_stack([ys, ys, gaps]).ravel(),
        color=colour,
        linewidth=3.2,
        alpha=0.6,
        solid_capstyle="round",
        label=side,
    )
