"""Figures of a comparison as the page holds them: the drawing, its caption, a text for those who cannot see it."""

from __future__ import annotations

import pandas as pd

from harness.comparison import ComparisonResult, Lane
from reports.comparison_figures import effects, pair_strips
from reports.comparison_frames import effect_frame, strip_frame
from reports.comparison_views import OperationView
from reports.comparison_wording import METRICS, verdicts_text
from reports.escaping import one_line
from reports.illustrations import Illustration
from reports.svg import Label, inline_svg
from reports.units import plural


def effect_illustration(result: ComparisonResult, lane: Lane) -> Illustration | None:
    """The effects of one lane; None when it has none to show."""
    frame = effect_frame(result, lane)
    if frame.empty:
        return None
    label = Label(
        f"Change of each operation in the lane {lane}",
        f"{verdicts_text(frame['verdict'])}. The numbers stand in the table of the lane {lane}.",
    )
    svg = inline_svg(effects(frame), key=f"effects-{lane}", label=label)
    return Illustration(
        "effects", "Contender against baseline: estimate, 95 % interval, and the practical margin", svg
    )


def pair_illustration(pairs: pd.DataFrame, worse: list[OperationView]) -> Illustration | None:
    """The single pairs of what got worse, and of the control; None when no pair is known."""
    strips = strip_frame(pairs, worse)
    if strips.empty:
        return None
    questions = strips.drop_duplicates("strip")
    names = [f"{one_line(row['operation'])}, {METRICS[row['metric']]}" for row in questions.to_dict("records")]
    number = plural(int(strips["pair"].nunique()), "pair")
    label = Label("Change in each pair", f"{number}, of {'; '.join(names)}")
    svg = inline_svg(pair_strips(strips), key="pairs-figure", label=label)
    return Illustration("pairs", "Change in each single pair, in the order of measuring from top to bottom", svg)
