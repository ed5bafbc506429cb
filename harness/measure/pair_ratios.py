"""From the requests of a pair to one log-ratio per metric and operation. Formulas: docs/method.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.comparison import TimedMetric
from harness.measure.pair import PairRows
from harness.stats.midmean import midmean

#: Metric to the column of PAIR_TYPE that holds it, in ns.
_COLUMNS: dict[TimedMetric, str] = {
    "service_cpu": "service_cpu_ns",
    "database_cpu": "database_cpu_ns",
    "service_time": "service_time_ns",
}


@dataclass(frozen=True)
class PairRatio:
    """``log_ratio``: natural logarithm of contender over baseline; the values are each side's, in seconds.
    ``operation`` is None for all together."""

    metric: TimedMetric
    operation: str | None
    log_ratio: float
    baseline_s: float
    contender_s: float


def pair_ratios(rows: PairRows, operations: Sequence[str]) -> list[PairRatio]:
    """Of the operations that were answered rightly by both sides every time, in this pair.

    Each request is compared with the same one to the other side, which was sent next to it; of these log-ratios
    the midmean counts. ``service_cpu_total`` is the ratio of the sums: rare work and garbage collection count.
    """
    right = [index for index in range(len(operations)) if _is_right(rows, index)]
    sides = [rows[(rows["side"] == side) & np.isin(rows["operation"], right)] for side in (0, 1)]
    baseline, contender = (side[np.argsort(side["request"])] for side in sides)
    found: list[PairRatio] = []
    if not right:
        return found
    for metric, column in _COLUMNS.items():
        values = baseline[column].astype(np.float64), contender[column].astype(np.float64)
        found.append(_ratio(metric, None, *values))
        for index in right if len(operations) > 1 else ():
            of_operation = baseline["operation"] == index
            found.append(_ratio(metric, operations[index], *(value[of_operation] for value in values)))
    total_s = [float(side["service_cpu_ns"].sum()) / 1e9 for side in (baseline, contender)]
    per_request_s = [value / len(baseline) for value in total_s]
    found.append(PairRatio("service_cpu_total", None, float(np.log(total_s[1] / total_s[0])), *per_request_s))
    return found


def _is_right(rows: PairRows, index: int) -> bool:
    outcomes = rows["outcome"][rows["operation"] == index]
    return outcomes.size > 0 and not outcomes.any()


def _ratio(
    metric: TimedMetric,
    operation: str | None,
    baseline_ns: npt.NDArray[np.float64],
    contender_ns: npt.NDArray[np.float64],
) -> PairRatio:
    # a counter that did not move within a request counts as one nanosecond
    log_ratios = np.log(np.maximum(contender_ns, 1.0) / np.maximum(baseline_ns, 1.0))
    return PairRatio(
        metric, operation, midmean(log_ratios), midmean(baseline_ns) / 1e9, midmean(contender_ns) / 1e9
    )
