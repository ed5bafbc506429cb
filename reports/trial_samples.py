"""From the files of one trial to its frame of samples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pandas as pd

from harness.measure.samples import read_samples
from harness.measure.window import measured_window
from harness.model import RssbenchError
from reports.frames import sample_frame
from scenarios.load_plan import LoadPlan


@dataclass(frozen=True)
class TrialSamples:
    """``frame`` as in ``frames.sample_frame``; the window in seconds since the start of the schedule."""

    frame: pd.DataFrame
    window_begin_s: float
    window_end_s: float


def read_trial_samples(trial_directory: Path, *, complete: bool) -> TrialSamples:
    """The samples of a trial; RssbenchError when its files are missing, broken or empty."""
    try:
        plan = msgspec.json.decode((trial_directory / "plan.json").read_bytes(), type=LoadPlan)
        names = msgspec.json.decode((trial_directory / "operations.json").read_bytes(), type=list[str])
        start_ns = int((trial_directory / "start").read_text())
        samples = read_samples(trial_directory)
    except FileNotFoundError as error:
        raise RssbenchError(f"{error.filename} is missing") from error
    except (OSError, ValueError) as error:
        raise RssbenchError(f"the files in {trial_directory} cannot be read: {error}") from error
    if not len(samples):
        raise RssbenchError(f"{trial_directory} holds no samples")
    if samples["operation"].max() >= len(names):
        raise RssbenchError(f"{trial_directory} holds samples of operations that operations.json does not name")
    window = measured_window(plan, start_ns, samples, complete=complete)
    return TrialSamples(
        frame=sample_frame(samples, names, start_ns=start_ns, window=window),
        window_begin_s=(window.begin_ns - start_ns) / 1e9,
        window_end_s=(window.end_ns - start_ns) / 1e9,
    )
