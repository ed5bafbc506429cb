"""A comparison in the order in which it is read: what got worse, what got better, and the rest."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from harness.comparison import ComparisonResult, ExactComparison, Judgement, TimedMetric, Verdict
from harness.model import BuildIdentity

#: What an operation is called that stands for all operations of a lane.
ALL_OPERATIONS = "all operations together"

_WORSE: frozenset[Verdict] = frozenset({"wrong", "regression"})


@dataclass(frozen=True)
class OperationView:
    """What all lanes say of one operation, or the lane load of one scenario; ``operation`` is its name, None for
    all operations of a lane together."""

    operation: str | None
    judgements: tuple[Judgement, ...]
    exact: ExactComparison | None
    #: of all operations together: where their change is, the largest difference first
    located: tuple[Judgement, ...] = ()

    @property
    def name(self) -> str:
        return ALL_OPERATIONS if self.operation is None else self.operation

    @property
    def is_operation(self) -> bool:
        """Whether this is one operation: neither all together nor a scenario."""
        timed = any(judgement.lane == "paired" for judgement in self.judgements)
        return self.operation is not None and (timed or self.exact is not None)

    @property
    def answered(self) -> tuple[Judgement, ...]:
        """Without those that measured nothing: these are told once for all operations (``unanswered``)."""
        return tuple(one for one in self.judgements if not is_unanswered(one))

    @property
    def timed_verdicts(self) -> frozenset[Verdict]:
        return frozenset(judgement.verdict for judgement in self.judgements)

    @property
    def verdicts(self) -> frozenset[Verdict]:
        return self.timed_verdicts | (frozenset() if self.exact is None else {self.exact.verdict})

    @property
    def worst_effect(self) -> float:
        """The largest change for the worse: the absolute logarithm of its ratio, 0 without one."""
        return max((effect_size(one) for one in self.judgements if one.verdict == "regression"), default=0.0)


@dataclass(frozen=True)
class MetricSummary:
    """One metric of one lane over all operations.

    ``least_detectable`` and ``most_detectable`` are the judgements, among those that are same or inconclusive,
    that would have seen the smallest change and only the largest one; ``together`` is that of all operations
    together. None when none says.
    """

    lane: str
    metric: TimedMetric
    verdicts: Counter[Verdict]
    least_detectable: Judgement | None
    most_detectable: Judgement | None
    together: Judgement | None


@dataclass(frozen=True)
class PackageDifference:
    """A distribution that the two builds do not share; None where it is not installed."""

    name: str
    baseline: str | None
    contender: str | None


def effect_size(judgement: Judgement) -> float:
    """The absolute logarithm of the effect: equal for twice and for half; 0 without an effect."""
    return abs(math.log(judgement.effect_ratio)) if judgement.effect_ratio else 0.0


def is_unanswered(judgement: Judgement) -> bool:
    """Whether it measured nothing: inconclusive, and without an effect to show."""
    return judgement.verdict == "inconclusive" and judgement.effect_ratio is None


def operation_views(result: ComparisonResult) -> list[OperationView]:
    """One view per operation that was compared, in the order of first mention; then all together, scenarios."""
    return _views(result.exact, result.judgements)


def judgement_views(judgements: tuple[Judgement, ...]) -> list[OperationView]:
    """Some judgements by operation, without the exact lane."""
    return _views((), judgements)


def offenders(views: list[OperationView]) -> list[OperationView]:
    """What got worse: wrong answers first, then the largest effect first."""
    worse = [view for view in views if view.verdicts & _WORSE]
    return sorted(worse, key=lambda view: ("wrong" not in view.verdicts, -view.worst_effect))


def improvements(views: list[OperationView]) -> list[OperationView]:
    """What got better and in nothing worse."""
    return [view for view in views if "improvement" in view.verdicts and not view.verdicts & _WORSE]


def rewritten(views: list[OperationView]) -> list[OperationView]:
    """Operations whose SQL or counters changed without a verdict: nothing rose or fell beyond its margin."""
    return [
        view
        for view in views
        if view.exact is not None
        and view.exact.verdict in ("same", "inconclusive")
        and (view.exact.counters or any(line.change != "kept" for line in view.exact.statements))
    ]


def undecided(views: list[OperationView]) -> list[Judgement]:
    """Inconclusive judgements with an effect to show, of operations that got neither worse nor better."""
    shown = {view.name for view in (*offenders(views), *improvements(views))}
    rest = [one for view in views if view.name not in shown for one in view.answered]
    return [one for one in rest if one.verdict == "inconclusive"]


def unanswered(judgements: tuple[Judgement, ...]) -> dict[tuple[str, str], list[Judgement]]:
    """Inconclusive judgements without an effect, by lane and reason: an invalid lane is told once."""
    groups: dict[tuple[str, str], list[Judgement]] = {}
    for one in filter(is_unanswered, judgements):
        groups.setdefault((one.lane, one.reason or "no reason was recorded"), []).append(one)
    return groups


def metric_summaries(judgements: tuple[Judgement, ...]) -> list[MetricSummary]:
    """One per lane and metric, in the order of their first mention."""
    groups: dict[tuple[str, TimedMetric], list[Judgement]] = {}
    for judgement in judgements:
        groups.setdefault((judgement.lane, judgement.metric), []).append(judgement)
    return [_summary(lane, metric, group) for (lane, metric), group in groups.items()]


def package_differences(
    baseline: BuildIdentity | None, contender: BuildIdentity | None
) -> list[PackageDifference]:
    """By name; empty when one of the builds is not known."""
    if baseline is None or contender is None:
        return []
    names = sorted(baseline.packages.keys() | contender.packages.keys(), key=str.lower)
    pairs = ((name, baseline.packages.get(name), contender.packages.get(name)) for name in names)
    return [PackageDifference(name, before, after) for name, before, after in pairs if before != after]


def _views(exact: tuple[ExactComparison, ...], judgements: tuple[Judgement, ...]) -> list[OperationView]:
    by_operation: dict[str | None, list[Judgement]] = {one.operation: [] for one in exact}
    for judgement in judgements:
        by_operation.setdefault(judgement.operation, []).append(judgement)
    counted = {one.operation: one for one in exact}
    located = tuple(sorted((one for one in judgements if one.located), key=_difference, reverse=True))
    views = [
        OperationView(
            operation,
            tuple(of_operation),
            counted.get(operation) if operation else None,
            () if operation else located,
        )
        for operation, of_operation in by_operation.items()
    ]
    return sorted(views, key=lambda view: not view.is_operation)


def _difference(judgement: Judgement) -> float:
    """Between both sides, in the unit of the metric."""
    return abs((judgement.contender_value or 0.0) - (judgement.baseline_value or 0.0))


def _summary(lane: str, metric: TimedMetric, group: list[Judgement]) -> MetricSummary:
    sized = [
        (abs(math.log(one.smallest_detectable_ratio)), place, one)
        for place, one in enumerate(group)
        if one.smallest_detectable_ratio and one.verdict in ("same", "inconclusive")
    ]
    return MetricSummary(
        lane=lane,
        metric=metric,
        verdicts=Counter(one.verdict for one in group),
        least_detectable=min(sized)[2] if sized else None,
        most_detectable=max(sized)[2] if sized else None,
        together=next((one for _, _, one in sized if one.operation is None), None),
    )
