"""In what a contender is worse, as something that other builds can be asked about one by one (pure)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from harness.bisection import Symptom, SymptomMetric
from harness.compare.exact_lane import is_regression
from harness.compare.margins import TOGETHER
from harness.comparison import ComparisonResult, ExactComparison
from harness.counted import BYTES, COUNTERS, CounterName, count_of

_ORDER: dict[str, int] = {counter: place for place, counter in enumerate(COUNTERS)}
_MARGINS: dict[str, float] = {metric: margins.practical for metric, margins in TOGETHER.items()}


def symptoms_of(result: ComparisonResult, metric: SymptomMetric | None = None) -> tuple[Symptom, ...]:
    """What a comparison found to be worse, of one metric or of all; what is found again most easily first.

    Counters come first, for they are certain; then what was measured, by how often its effect exceeds the margin;
    then bytes.
    """
    counted = sorted(_counted(result), key=lambda one: (_ORDER[one.metric], -_rise(one)))
    measured = sorted(_measured(result), key=_strength, reverse=True)
    # what is larger may cost time; what happens more often does
    found = [one for one in counted if one.metric not in BYTES]
    found += [*measured, *(one for one in counted if one.metric in BYTES)]
    return tuple(one for one in found if metric in (None, one.metric))


def has_symptom(compared: ExactComparison, counter: CounterName) -> bool | None:
    """Whether the contender's counter rose; None when it varies by itself, or was not counted."""
    contender = compared.contender
    if counter in compared.excluded or contender is None or contender.problem is not None:
        return None
    if count_of(contender, counter) is None:
        return None
    return any(change.counter == counter and is_regression(change) for change in compared.counters)


def _counted(result: ComparisonResult) -> Iterator[Symptom]:
    for compared in result.exact:
        for change in compared.counters:
            if is_regression(change):
                values = float(change.baseline), float(change.contender)
                yield Symptom("exact", change.counter, compared.operation, *values)


def _measured(result: ComparisonResult) -> Iterator[Symptom]:
    """Nothing when the control, which must find nothing, did."""
    if any(one.verdict in ("regression", "improvement") for one in result.control):
        return
    for one in result.judgements:
        if one.lane == "paired" and one.verdict == "regression" and one.baseline_value and one.contender_value:
            yield Symptom(
                "paired",
                one.metric,
                one.operation,
                one.baseline_value,
                one.contender_value,
                one.effect_ratio,
                one.interval_ratio,
            )


def _rise(symptom: Symptom) -> float:
    return symptom.bad_value / max(1.0, symptom.good_value)


def _strength(symptom: Symptom) -> float:
    return math.log(symptom.effect_ratio or 1.0) / _MARGINS[symptom.metric]
