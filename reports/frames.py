"""Frames that tables and figures are made of. Columns carry their unit; a missing value is NaN."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.measure.samples import Samples, is_ok, is_sent, latencies_s, service_times_s
from harness.measure.window import Window
from harness.model import Interval, OperationResult, RunResult, TrialResult

#: Points of one curve: enough for a figure of 10 cm, few enough for a page of many figures.
CURVE_POINTS = 60

#: Most steps of one timeline.
TIMELINE_STEPS = 120

#: A percentile with fewer requests above it is one request's story; curves show that part apart.
FEW_REQUESTS = 10


def operation_frame(run: RunResult) -> pd.DataFrame:
    """One row per trial and operation: counts, rates, and p50/p95/p99 of latency and service time in seconds."""
    return pd.DataFrame(
        [_operation_row(trial, operation) for trial in run.trials for operation in trial.operations]
    )


def _operation_row(trial: TrialResult, operation: OperationResult) -> dict[str, object]:
    row: dict[str, object] = {
        "trial": trial.name,
        "scenario": trial.scenario,
        "operation": operation.operation,
        "requests": operation.requests,
        "errors": operation.requests - operation.ok,
        "offered_rate_per_s": _number(operation.offered_rate_per_s),
        "reached_rate_per_s": operation.reached_rate_per_s,
    }
    for time, percentiles in (("latency", operation.latency), ("service_time", operation.service_time)):
        for percentile in ("p50", "p95", "p99"):
            interval: Interval | None = getattr(percentiles, f"{percentile}_s")
            row[f"{time}_{percentile}_s"] = np.nan if interval is None else interval.value
    return row


def cpu_frame(run: RunResult) -> pd.DataFrame:
    """One row per trial: CPU seconds per request of generator, service and database."""
    return pd.DataFrame(
        {
            "trial": [trial.name for trial in run.trials],
            **{
                f"{side}_s": [_number(getattr(trial.cpu_per_request, f"{side}_s")) for trial in run.trials]
                for side in ("generator", "service", "database")
            },
        }
    )


def sample_frame(samples: Samples, operations: list[str], *, start_ns: int, window: Window) -> pd.DataFrame:
    """One row per request of a trial; ``operations`` are the names by index.

    ``due_s`` and ``end_s`` count from the start of the schedule. ``latency_s`` and ``service_time_s`` are those of
    ``harness.measure.samples``: infinite without a right answer, the latter NaN for a request never sent.
    ``ok``, and ``in_window`` (due in the measured window), are flags.
    """
    sent = is_sent(samples)
    service_time_s = np.full(len(samples), np.nan)
    service_time_s[sent] = service_times_s(samples)
    return pd.DataFrame(
        {
            "operation": pd.Categorical.from_codes(samples["operation"].astype(np.int64), pd.Index(operations)),
            "due_s": (samples["due_ns"].astype(np.int64) - start_ns) / 1e9,
            "end_s": (samples["end_ns"].astype(np.int64) - start_ns) / 1e9,
            "latency_s": latencies_s(samples),
            "service_time_s": service_time_s,
            "ok": is_ok(samples),
            "in_window": window.is_due(samples),
        }
    )


def curve_frame(samples: pd.DataFrame) -> pd.DataFrame:
    """The distribution of times in the window, thinned evenly on the axis of 1/(1-p).

    One row per operation, time ("latency", "service time") and point: ``one_in`` (1/(1-p)), ``time_s``, and
    ``few``, which says that fewer than FEW_REQUESTS requests were slower. A curve ends where errors begin.
    """
    curves = [_NO_CURVE]
    for operation, rows in samples[samples["in_window"]].groupby("operation", observed=True):
        for time, column in (("latency", "latency_s"), ("service time", "service_time_s")):
            curve = _curve(rows[column].dropna().to_numpy())
            curves.append(curve.assign(operation=str(operation), time=time))
    return pd.concat(curves, ignore_index=True)


_NO_CURVE = pd.DataFrame(
    {
        "one_in": np.empty(0),
        "time_s": np.empty(0),
        "few": np.empty(0, bool),
        "operation": np.empty(0, str),
        "time": np.empty(0, str),
    }
)


def _curve(times_s: npt.NDArray[np.float64]) -> pd.DataFrame:
    size = len(times_s)
    spread = np.geomspace(1, max(size, 1), CURVE_POINTS).round().astype(np.int64) - 1
    slower = np.unique(spread)[::-1] if size else np.empty(0, np.int64)
    # the point of a request is the middle of its step of the distribution function
    curve = pd.DataFrame(
        {
            "one_in": size / (slower + 0.5),
            "time_s": np.sort(times_s)[size - 1 - slower],
            "few": slower < FEW_REQUESTS,
        }
    )
    return curve.iloc[np.flatnonzero(np.isfinite(curve["time_s"]))]


def timeline_frame(samples: pd.DataFrame) -> pd.DataFrame:
    """One row per step of time since the start of the schedule, from ``begin_s`` to ``end_s``.

    ``median_latency_s`` and ``largest_latency_s`` (of right answers), ``errors`` and ``due_per_s`` are of the
    requests due in the step; ``answered_per_s`` counts right answers whose last byte came in it.
    """
    edges_s = _edges_s(max(samples["due_s"].max(), samples["end_s"].max()), len(samples))
    widths_s, steps = np.diff(edges_s), range(len(edges_s) - 1)
    due = pd.Series(_step_of(samples["due_s"], edges_s), index=samples.index)
    ok = samples["ok"]
    latencies = samples.loc[ok, "latency_s"].groupby(due[ok])
    answered = _step_of(samples.loc[ok, "end_s"], edges_s)
    return pd.DataFrame(
        {
            "begin_s": edges_s[:-1],
            "end_s": edges_s[1:],
            "median_latency_s": latencies.median().reindex(steps),
            "largest_latency_s": latencies.max().reindex(steps),
            "errors": np.bincount(due[~ok], minlength=len(steps)),
            "due_per_s": np.bincount(due, minlength=len(steps)) / widths_s,
            "answered_per_s": np.bincount(answered, minlength=len(steps)) / widths_s,
        }
    )


def _edges_s(end_s: float, requests: int) -> npt.NDArray[np.float64]:
    """Edges of steps of a round width, about ten requests in each and at most TIMELINE_STEPS steps.

    The last step takes in what is left: a rate over a sliver of time would be noise.
    """
    wanted = max(end_s, 1e-3) / min(max(requests / 10, 10), TIMELINE_STEPS)
    decade = 10.0 ** np.floor(np.log10(wanted))
    width_s = next(decade * factor for factor in (1, 2, 5, 10) if decade * factor >= wanted * (1 - 1e-9))
    steps = max(int(end_s / width_s), 1)
    edges_s: npt.NDArray[np.float64] = np.arange(steps + 1) * width_s
    edges_s[-1] = max(end_s, edges_s[-1])
    return edges_s


def _step_of(instants_s: pd.Series[float], edges_s: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    return np.clip(np.searchsorted(edges_s, instants_s, side="right") - 1, 0, len(edges_s) - 2)


def _number(value: float | None) -> float:
    return np.nan if value is None else value
