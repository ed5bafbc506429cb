"""Exact criteria for taurus.yml: judged on all samples with ns resolution, not on bzt's whole milliseconds."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

from harness.model import OperationResult, Percentiles, TrialResult
from scenarios.operations import OPERATIONS

#: What a criterion may look like; ends every complaint about one.
FORMS = (
    "p50, p95 or p99 [latency | service time] [of OPERATION] < NUMBER us|ms|s",
    "errors [of OPERATION] < NUMBER%",
    "reached [of OPERATION] > NUMBER%",
)

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_PER_UNIT = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "%": 1e-2}
_PATTERN = re.compile(
    r"(?P<metric>p50|p95|p99|errors|reached)(?:\s+(?P<time>latency|service\s+time))?(?:\s+of\s+(?P<operation>.+?))?"
    r"\s*(?P<comparison><=|>=|<|>)\s*(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<unit>us|ms|s|%)"
)

Metric = Literal["p50", "p95", "p99", "errors", "reached"]


@dataclass(frozen=True)
class Criterion:
    """``limit`` is in seconds for percentiles, a ratio for errors (of requests) and reached (of the offered rate).

    Without ``operation``, a percentile must hold for each operation of the trial, the others for the trial.
    """

    text: str
    metric: Metric
    time: Literal["latency", "service time"]
    operation: str | None
    comparison: str
    limit: float

    def judge(self, trial: TrialResult) -> str | None:
        """What does not hold, with its figure, or what could not be judged; None when the criterion holds."""
        operations = [one for one in trial.operations if self.operation in (None, one.operation)]
        if not operations:
            asked = self.operation or "any request"
            return f"{self.text}: cannot be judged, the measured window holds no request of {asked}"
        if self.metric == "errors":
            failures = [self._judge_errors(trial if self.operation is None else operations[0])]
        elif self.metric == "reached":
            failures = [self._judge_reached(trial if self.operation is None else operations[0])]
        else:
            failures = [self._judge_percentile(one) for one in operations]
        found = [failure for failure in failures if failure]
        return f"{self.text}: {'; '.join(found)}" if found else None

    def _holds(self, figure: float) -> bool:
        return _COMPARISONS[self.comparison](figure, self.limit)

    def _judge_errors(self, counted: TrialResult | OperationResult) -> str | None:
        failed = counted.requests - counted.ok
        if self._holds(failed / counted.requests):
            return None
        return f"{failed} of {counted.requests} requests failed ({_percent(failed / counted.requests)})"

    def _judge_reached(self, counted: TrialResult | OperationResult) -> str | None:
        offered_per_s, reached_per_s = counted.offered_rate_per_s, counted.reached_rate_per_s
        if not offered_per_s:
            return "cannot be judged, a load without throughput offers no rate"
        if self._holds(reached_per_s / offered_per_s):
            return None
        share = _percent(reached_per_s / offered_per_s)
        return f"reached {reached_per_s:.1f}/s of {offered_per_s:.1f}/s ({share})"

    def _judge_percentile(self, counted: OperationResult) -> str | None:
        percentiles: Percentiles = counted.latency if self.time == "latency" else counted.service_time
        interval = getattr(percentiles, f"{self.metric}_s")
        what = f"{self.metric} {self.time} of {counted.operation}"
        if interval is None:
            return (
                f"{what} cannot be judged, {counted.requests} requests of which "
                f"{counted.requests - counted.ok} failed do not support it"
            )
        if self._holds(interval.value):
            return None
        return f"{what} was {interval.value * 1e3:.3f} ms [{interval.low * 1e3:.3f}, {interval.high * 1e3:.3f}]"


def parse_criterion(text: str) -> Criterion:
    """ValueError that names what is allowed when ``text`` is not a criterion or names an unknown operation."""
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise _mistake(text, "is not understood")
    metric, unit, comparison = match["metric"], match["unit"], match["comparison"]
    if (metric in ("errors", "reached")) is not (unit == "%"):
        raise _mistake(text, f"has the wrong unit {unit}")
    if (metric == "reached") is not comparison.startswith(">"):
        raise _mistake(text, f"can never fail sensibly with {comparison}")
    if match["time"] and unit == "%":
        raise _mistake(text, f"has a {match['time']}, but {metric} is a count")
    names = [operation.name for operation in OPERATIONS]
    if match["operation"] and match["operation"] not in names:
        raise ValueError(f"{text!r} names an unknown operation; known are: {', '.join(names)}")
    return Criterion(
        text=text.strip(),
        metric=cast("Metric", metric),
        time="service time" if (match["time"] or "").startswith("service") else "latency",
        operation=match["operation"],
        comparison=comparison,
        limit=float(match["number"]) * _PER_UNIT[unit],
    )


def _mistake(text: str, what: str) -> ValueError:
    return ValueError(f"{text!r} {what}; allowed: {' or '.join(repr(form) for form in FORMS)}")


def _percent(share: float) -> str:
    return f"{share * 100:.3g}%"
