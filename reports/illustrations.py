"""Figures as the page holds them: the drawing, its caption, and a text for those who cannot see it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from harness.model import RunResult, TrialResult
from reports.figures import cpu_per_request, curve_gid, latency_curves, operation_percentiles, tick_text, timeline
from reports.frames import cpu_frame, curve_frame, timeline_frame
from reports.svg import Label, inline_panels, inline_svg
from reports.trial_samples import TrialSamples
from reports.units import plural, time_text

_SIDES = ("generator", "service", "database")


@dataclass(frozen=True)
class Illustration:
    """``kind`` chooses the legend that the template puts beside the drawing."""

    kind: str
    caption: str
    svg: Markup


def trial_illustrations(
    trial: TrialResult, samples: TrialSamples, *, key: str
) -> tuple[tuple[Illustration, ...], tuple[Illustration, ...]]:
    """The timeline of a trial, and the latency curve of each of its operations."""
    return (_timeline(trial, samples, key=key),), _curves(curve_frame(samples.frame), key=key)


def percentile_illustration(operations: pd.DataFrame, *, key: str) -> tuple[Illustration, ...]:
    """p50, p95 and p99 of all operations of one trial side by side; none when no percentile is supported."""
    if operations.filter(regex="_p[0-9]+_s$").isna().to_numpy().all():
        return ()
    svg = inline_svg(
        operation_percentiles(operations),
        key=f"{key}-percentiles",
        label=Label(
            "Latency and service time of each operation",
            "The numbers stand in the table of operations: p50, p95 and p99 of "
            + ", ".join(operations["operation"]),
        ),
    )
    return (Illustration("percentiles", "p50, p95 and p99 of each operation, logarithmic time", svg),)


def cpu_illustration(run: RunResult) -> Illustration | None:
    """CPU per request of all trials; None when no side of any trial was counted."""
    cpu = cpu_frame(run)
    if cpu.filter(like="_s").isna().to_numpy().all():
        return None
    sides = [
        f"{row['trial']}: " + ", ".join(f"{side} {time_text(row[f'{side}_s'])}" for side in _SIDES)
        for row in cpu.to_dict("records")
    ]
    svg = inline_svg(cpu_per_request(cpu), key="cpu-figure", label=Label("CPU time per request", "; ".join(sides)))
    return Illustration("cpu", "CPU time per request in the measured window", svg)


def _timeline(trial: TrialResult, samples: TrialSamples, *, key: str) -> Illustration:
    steps = timeline_frame(samples.frame)
    open_loop = trial.load.throughput_per_s is not None
    worst = steps["largest_latency_s"].max()
    failed = plural(int(steps["errors"].sum()), "error")
    svg = inline_svg(
        timeline(steps, window_s=(samples.window_begin_s, samples.window_end_s), open_loop=open_loop),
        key=f"{key}-timeline",
        label=Label(
            f"Latency and rate over the time of {trial.name}",
            f"{plural(len(samples.frame), 'request')}, {failed}, slowest {time_text(worst)}",
        ),
    )
    step = tick_text(steps["end_s"].iloc[0] - steps["begin_s"].iloc[0])
    caption = f"Latency by the instant a request was due, and requests per second, in steps of {step}; {failed}"
    return Illustration("timeline", caption, svg)


def _curves(curves: pd.DataFrame, *, key: str) -> tuple[Illustration, ...]:
    if curves.empty:
        return ()
    slowest_s = curves.groupby(["operation", "time"], sort=False)["time_s"].max()
    operations = list(curves["operation"].unique())
    labels = {
        curve_gid(place): Label(
            f"Latency distribution of {operation}",
            "Slowest request: "
            + ", ".join(f"{time} {time_text(at)}" for time, at in slowest_s[operation].items()),
        )
        for place, operation in enumerate(operations)
    }
    panels = inline_panels(latency_curves(curves), key=key, labels=labels)
    return tuple(Illustration("curve", operation, svg) for operation, svg in zip(operations, panels, strict=True))
