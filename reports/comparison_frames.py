"""Frames that the figures of a comparison are made of. Effects are ratios; a missing value is NaN."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harness.comparison import ComparisonResult, Judgement
from reports.comparison_views import ALL_OPERATIONS, OperationView

#: Columns of the frame of pairs: one row per pair, side ("compared" or "control"), operation (missing for all
#: operations together) and metric.
PAIR_COLUMNS = ("pair", "side", "operation", "metric", "log_ratio")

#: Rows of one strip plot: more are not read.
STRIPS = 12


def effect_frame(result: ComparisonResult, lane: str) -> pd.DataFrame:
    """One row per judgement of the lane that has an effect: ``operation``, ``metric``, ``verdict``, and as ratios
    ``effect``, ``low``, ``high``, ``margin``."""
    rows = [_effect_row(one) for one in result.judgements if one.lane == lane and one.effect_ratio is not None]
    return pd.DataFrame(rows, columns=["operation", "metric", "verdict", "effect", "low", "high", "margin"])


def strip_frame(pairs: pd.DataFrame, worse: list[OperationView]) -> pd.DataFrame:
    """The rows of ``pairs`` of the STRIPS worst questions that got worse, in their order.

    ``strip`` counts these questions; ``effect`` is the estimate, as a ratio, of the side "compared". A control of
    the same question goes with it; when no question has one, each question of the control has a strip of its own.
    """
    pairs = pairs.assign(operation=pairs["operation"].fillna(ALL_OPERATIONS))
    judged = [
        one for view in worse for one in view.judgements if one.lane == "paired" and one.verdict == "regression"
    ]
    questions = [(_operation(one), one.metric, one.effect_ratio) for one in judged]
    known = set(zip(pairs["operation"], pairs["metric"], strict=True))
    chosen = [question for question in questions if question[:2] in known][:STRIPS]
    chosen_names = {question[:2] for question in chosen}
    control = pairs[pairs["side"] == "control"]
    alone = [
        (operation, metric, None)
        for operation, metric in dict.fromkeys(zip(control["operation"], control["metric"], strict=True))
        if (operation, metric) not in chosen_names
    ]
    strips = [*chosen, *alone[: STRIPS - len(chosen)]]
    order = pd.DataFrame(strips, columns=["operation", "metric", "effect"]).astype({"effect": float})
    return order.assign(strip=range(len(order))).merge(pairs, on=["operation", "metric"], sort=False)


def _operation(judgement: Judgement) -> str:
    return ALL_OPERATIONS if judgement.operation is None else judgement.operation


def _effect_row(judgement: Judgement) -> dict[str, object]:
    low, high = judgement.interval_ratio or (np.nan, np.nan)
    return {
        "operation": _operation(judgement),
        "metric": judgement.metric,
        "verdict": judgement.verdict,
        "effect": judgement.effect_ratio,
        "low": low,
        "high": high,
        "margin": np.nan if judgement.margin_ratio is None else judgement.margin_ratio,
    }
