"""The figures of a result as rows of the index: a pure function. What does not exist is left out, never zero."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.comparison import ComparisonResult, ExactComparison, Judgement
from harness.counted import COUNTERS, ExactOperation, count_of
from harness.model import Percentiles, RunResult, TrialResult

#: A row of a table without its key: column to value.
Columns = dict[str, object]

#: Every column of a figure but its key; a row has all of them, so that all rows go in one statement.
_EMPTY: Columns = dict.fromkeys(
    (
        "operation",
        "trial",
        "verdict",
        "effect_ratio",
        "interval_low_ratio",
        "interval_high_ratio",
        "anytime_low_ratio",
        "anytime_high_ratio",
        "smallest_detectable_ratio",
        "margin_ratio",
        "adjusted_p",
        "pairs",
        "value",
        "low",
        "high",
        "baseline_value",
    )
)


def run_figures(run: RunResult) -> list[Columns]:
    """Percentiles, rates and CPU of every trial, and the counters of the exact lane."""
    found = [figure for trial in run.trials for figure in _trial_figures(trial)]
    return found + [figure for operation in run.exact for figure in _exact_figures(operation)]


def comparison_figures(comparison: ComparisonResult) -> list[Columns]:
    """Every judgement, those of the control marked, and every operation of the exact lane with what changed."""
    found = [_judgement_figure(one, control=False) for one in comparison.judgements]
    found += [_judgement_figure(one, control=True) for one in comparison.control]
    return found + [figure for operation in comparison.exact for figure in _changed_figures(operation)]


def _figure(lane: str, metric: str, **columns: object) -> Columns:
    return _EMPTY | {"lane": lane, "metric": metric, "control": False} | columns


def _trial_figures(trial: TrialResult) -> Iterator[Columns]:
    for one in trial.operations:
        where = {"operation": one.operation, "trial": trial.name}
        for metric, percentiles in (("latency", one.latency), ("service_time", one.service_time)):
            for suffix, columns in _percentile_columns(percentiles):
                yield _figure("load", f"{metric}_{suffix}", **where, **columns)
        yield _figure("load", "reached_rate", **where, value=one.reached_rate_per_s)
    cpu = trial.cpu_per_request
    # over all requests of the window, rare work included
    sides = {"generator_cpu": cpu.generator_s, "service_cpu_total": cpu.service_s, "database_cpu": cpu.database_s}
    for metric, value_s in sides.items():
        if value_s is not None:
            yield _figure("load", metric, trial=trial.name, value=value_s)


def _percentile_columns(percentiles: Percentiles) -> Iterator[tuple[str, Columns]]:
    intervals = {"p50": percentiles.p50_s, "p95": percentiles.p95_s, "p99": percentiles.p99_s}
    for suffix, interval in intervals.items():
        if interval is not None:
            yield suffix, {"value": interval.value, "low": interval.low, "high": interval.high}


def _exact_figures(one: ExactOperation) -> Iterable[Columns]:
    """None of an operation that could not be counted, and none of a counter that varies."""
    if one.problem is not None:
        return []
    return [
        _figure("exact", counter, operation=one.operation, value=float(value))
        for counter in COUNTERS
        if (value := count_of(one, counter)) is not None and counter not in one.varying
    ]


def _judgement_figure(one: Judgement, *, control: bool) -> Columns:
    low, high = one.interval_ratio or (None, None)
    anytime_low, anytime_high = one.anytime_interval_ratio or (None, None)
    return _figure(
        one.lane,
        one.metric,
        operation=one.operation,
        control=control,
        verdict=one.verdict,
        effect_ratio=one.effect_ratio,
        interval_low_ratio=low,
        interval_high_ratio=high,
        anytime_low_ratio=anytime_low,
        anytime_high_ratio=anytime_high,
        smallest_detectable_ratio=one.smallest_detectable_ratio,
        margin_ratio=one.margin_ratio,
        adjusted_p=one.adjusted_p,
        pairs=one.pairs,
        value=one.contender_value,
        baseline_value=one.baseline_value,
    )


def _changed_figures(one: ExactComparison) -> Iterator[Columns]:
    yield _figure("exact", "all_counters", operation=one.operation, verdict=one.verdict)
    for change in one.counters:
        yield _figure(
            "exact",
            change.counter,
            operation=one.operation,
            effect_ratio=change.contender / change.baseline if change.baseline else None,
            value=float(change.contender),
            baseline_value=float(change.baseline),
        )
