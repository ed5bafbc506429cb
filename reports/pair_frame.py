"""The log-ratios of all pairs of a comparison, from its files to a frame."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from harness.comparison import ComparisonResult
from harness.measure.judging import read_measured
from reports.comparison_frames import PAIR_COLUMNS


def pair_frame(directory: Path, result: ComparisonResult) -> pd.DataFrame:
    """One row per pair, side ("compared" or "control"), operation and metric; ``operation`` is None for all
    together. RssbenchError when a file is broken."""
    measured = read_measured(directory, result.settings.operations)
    only = result.settings.only_operation
    rows = [
        (pair, side, question.operation or only, question.metric, log_ratio)
        for side, observations in (("compared", measured.compared), ("control", measured.control))
        for pair, question, log_ratio in observations.log_ratios()
    ]
    return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))
