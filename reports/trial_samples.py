"""From the files of one trial to its frame of samples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from harness.errors import RssbenchError
from harness.measure.trial import read_trial
from reports.frames import sample_frame


@dataclass(frozen=True)
class TrialSamples:
    """``frame`` as in ``frames.sample_frame``; the window in seconds since the start of the schedule."""

    frame: pd.DataFrame
    window_begin_s: float
    window_end_s: float


def read_trial_samples(trial_directory: Path, *, complete: bool) -> TrialSamples:
    """The samples of a trial; RssbenchError when its files are missing, broken or empty."""
    files = read_trial(trial_directory)
    if files.start_ns is None or not files.samples.size:
        raise RssbenchError(f"the trial in {trial_directory} has no samples")
    if files.samples["operation"].max() >= len(files.operations):
        raise RssbenchError(f"the trial in {trial_directory} has samples of an operation without a name")
    window = files.window(complete=complete)
    return TrialSamples(
        frame=sample_frame(files.samples, files.operations, start_ns=files.start_ns, window=window),
        window_begin_s=(window.begin_ns - files.start_ns) / 1e9,
        window_end_s=(window.end_ns - files.start_ns) / 1e9,
    )
