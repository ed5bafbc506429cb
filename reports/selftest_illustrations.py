"""Figures of a self-test as the page holds them: the drawing, its caption, a text for those who cannot see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from harness.selftest_result import Rate, SelftestResult
from reports.illustrations import Illustration
from reports.selftest_figures import detection_curves
from reports.svg import Label, inline_svg

_OURS = "rssbench compare"


def peer_illustration(result: SelftestResult) -> Illustration | None:
    """Our rule and those of others, all at about the same false alarms, on service time; None without figures."""
    frame = detection_frame(result)
    if frame.empty:
        return None
    rules = ", ".join(frame["rule"].unique())
    label = Label("How often each rule finds each slow-down", f"The numbers stand in the tables of peers: {rules}")
    caption = (
        "Rates with 95 % intervals. rssbench compare: the whole rule on comparisons drawn from the pool; the "
        "others: service time, runs one after the other, tuned to 1 % false alarms"
    )
    return Illustration("curve", caption, inline_svg(detection_curves(frame), key="peers", label=label))


def detection_frame(result: SelftestResult) -> pd.DataFrame:
    """A row per rule and share of CPU: rates between 0 and 1 with their bounds. The peers with most runs."""
    drawn = {"false-alarms", "power"}
    ours = [
        _row(_OURS, one.share, one.rate)
        for one in result.figures
        if one.source == "pool" and one.part in drawn and one.share is not None and one.pairs
    ]
    return pd.DataFrame([*ours, *_peers(result)], columns=["rule", "share", "found", "low", "high"])


def _peers(result: SelftestResult) -> Iterator[dict[str, Any]]:
    tuned = [
        one for one in result.peers if one.is_tuned and one.order == "sequential" and one.metric == "service_time"
    ]
    most = max((one.runs for one in tuned), default=0)
    for score in (one for one in tuned if one.runs == most):
        for share, rate in ((0.0, score.false_alarms), *score.detections):
            yield _row(score.peer, share, rate)


def _row(rule: str, share: float, rate: Rate) -> dict[str, Any]:
    return {"rule": rule, "share": share, "found": rate.found / rate.trials, "low": rate.low, "high": rate.high}
