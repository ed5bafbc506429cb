"""Figures of a self-test: a frame in, a matplotlib Figure out. No files, no clock, no global state."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from reports.figures import in_style

#: One per rule, told apart by the marker too.
_LOOKS = (
    ("#0072b2", "o"),
    ("#c24d00", "s"),
    ("#00795a", "^"),
    ("#a3006d", "D"),
    ("#6b7280", "v"),
    ("#7a5c00", "P"),
    ("#111827", "X"),
    ("#2f6f9f", "*"),
)


@in_style
def detection_curves(frame: pd.DataFrame) -> Figure:
    """How often each rule finds each slow-down; ``frame`` has the columns rule, share, found, low and high."""
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    axes = figure.subplots()
    shares = sorted(frame["share"].unique())
    for place, (rule, rows) in enumerate(frame.groupby("rule", sort=False)):
        colour, marker = _LOOKS[place % len(_LOOKS)]
        at = [shares.index(share) + 0.04 * (place - 3) for share in rows["share"]]
        axes.vlines(at, 100 * rows["low"], 100 * rows["high"], color=colour, linewidth=1)
        axes.plot(at, 100 * rows["found"], color=colour, marker=marker, markersize=5, linewidth=1.2, label=rule)
    axes.set_xticks(range(len(shares)), ["equal builds" if not share else f"+{share:.0%} CPU" for share in shares])
    axes.set_ylim(-2, 102)
    axes.set_ylabel("comparisons that found a slow-down, %")
    axes.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
