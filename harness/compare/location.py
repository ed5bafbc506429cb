"""Where a change of all operations together is (pure). The rule and its reasons: docs/method.md, "Where it is"."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from harness.compare.margins import margins_of
from harness.comparison import Judgement, TimedMetric
from harness.stats.paired import hodges_lehmann, signed_rank_interval

#: How probable at most any operation is named that did not change, of a metric in which all together did.
LOCATION_ERROR_RATIO = 0.05

#: A metric that is asked of all together only, and the one of single operations that it is found in.
ASKED_OF_SINGLE: dict[TimedMetric, TimedMetric] = {"service_cpu_total": "service_cpu"}

LogRatios = Sequence[float]


def locate(judgements: Sequence[Judgement], log_ratios: Sequence[LogRatios]) -> tuple[Judgement, ...]:
    """The judgements, those of operations ``located`` in which a change of all together is. ``log_ratios``: of the
    pairs of each judgement."""
    changed = {
        (one.lane, ASKED_OF_SINGLE.get(one.metric, one.metric)): 1.0 if one.verdict == "regression" else -1.0
        for one in judgements
        if one.operation is None and one.lane != "load" and one.verdict in ("regression", "improvement")
    }
    if not changed:
        return tuple(judgements)
    asked = [(one.lane, one.metric) for one in judgements if one.operation is not None]
    return tuple(
        replace(one, located=_is_there(one, values, changed[key], asked.count(key)))
        if one.operation is not None and (key := (one.lane, one.metric)) in changed
        else one
        for one, values in zip(judgements, log_ratios, strict=True)
    )


def _is_there(judgement: Judgement, log_ratios: LogRatios, direction: float, operations: int) -> bool:
    """Whether its own pairs say so, with the error shared by all operations. ``direction``: 1 for slower."""
    if not log_ratios:
        return False
    margin = margins_of(judgement.question).practical
    if direction * hodges_lehmann(log_ratios) <= margin:
        return False
    interval = signed_rank_interval(log_ratios, 1.0 - LOCATION_ERROR_RATIO / operations)
    return interval is not None and min(direction * interval[0], direction * interval[1]) > 0.0
