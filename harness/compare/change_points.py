"""Where something changed from build to build: timed figures by statistics, counters by counting (pure).

The rule and its reasons: docs/method.md, "Changes from build to build".
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.compare.margins import margins_of
from harness.comparison import Judgement, Question, TimedLane, Verdict
from harness.history import HistoryBuild, HistoryChange, HistoryLane, HistoryTrend
from harness.stats.differences import NO_CHANGE, Difference, Estimate, difference, estimate
from harness.stats.multiplicity import FAMILY_ERROR_RATIO, question_weights, weighted_holm

#: Of each question, the estimates of the builds that have one, in the order of the builds.
Course = list[tuple[str, Estimate]]

_LANES: dict[TimedLane, HistoryLane] = {"paired": "paired", "micro": "micro"}


@dataclass(frozen=True)
class _Step:
    """From one build to another that follows it in the course of a question, or to the last one of all."""

    question: Question
    earlier: str
    later: str
    difference: Difference
    is_trend: bool
    adjusted_p: float = 1.0

    @property
    def changed(self) -> bool:
        margin = margins_of(self.question).practical
        return self.adjusted_p <= FAMILY_ERROR_RATIO and abs(self.difference.effect) > margin


def timed_changes(builds: Sequence[HistoryBuild], reference: str) -> tuple[HistoryChange, ...]:
    """Every change of a timed figure between neighbours, in the order of the builds."""
    changes = []
    for lane in _LANES:
        courses = _courses(builds, reference, lane)
        steps = [step for step in _steps(courses) if step.changed and not step.is_trend]
        changes += [_timed_change(step, courses[step.question], steps) for step in steps]
    return _in_order(changes, builds)


def trends(builds: Sequence[HistoryBuild], reference: str) -> tuple[HistoryTrend, ...]:
    """All operations of a lane together, from the first build with a figure to the last."""
    steps = [step for lane in _LANES for step in _steps(_courses(builds, reference, lane))]
    return tuple(
        HistoryTrend(
            earlier=step.earlier,
            later=step.later,
            lane=_LANES[step.question.lane],
            metric=step.question.metric,
            verdict=_verdict(step),
            effect_ratio=math.exp(step.difference.effect),
            interval_ratio=(math.exp(step.difference.low), math.exp(step.difference.high)),
            adjusted_p=step.adjusted_p,
        )
        for step in steps
        if step.is_trend
    )


def verdict_of(changes: Iterable[HistoryChange], found: Iterable[HistoryTrend]) -> Verdict:
    """``regression`` when something is worse in a later build and has not recovered; else ``improvement`` when
    something is better, and not only as it was before; ``same`` when nothing changed for good and every trend is
    the same; else ``inconclusive``."""
    changes = list(changes)
    back = {(one.recovered_in, one.lane, one.operation, one.metric) for one in changes if one.worse}
    lasting = [one for one in changes if one.recovered_in is None]
    verdicts = [trend.verdict for trend in found]
    if any(one.worse for one in lasting) or "regression" in verdicts:
        return "regression"
    if "improvement" in verdicts or any(
        (one.later, one.lane, one.operation, one.metric) not in back for one in lasting
    ):
        return "improvement"
    return "same" if verdicts and set(verdicts) == {"same"} else "inconclusive"


def _courses(builds: Sequence[HistoryBuild], reference: str, lane: TimedLane) -> dict[Question, Course]:
    courses: dict[Question, Course] = {}
    for build in builds:
        for question, found in _estimates(build, lane).items():
            courses.setdefault(question, []).append((build.name, found))
    order = {build.name: place for place, build in enumerate(builds)}
    for course in courses.values():
        course.append((reference, NO_CHANGE))
        course.sort(key=lambda point: order[point[0]])
    return courses


def _estimates(build: HistoryBuild, lane: TimedLane) -> Mapping[Question, Estimate]:
    judgements = build.judgements if lane == "paired" else build.look_ups
    found = ((Question(lane, one.metric, one.operation), _estimate(one)) for one in judgements)
    return {question: one for question, one in found if one is not None}


def _estimate(judgement: Judgement) -> Estimate | None:
    if judgement.effect_ratio is None or judgement.interval_ratio is None:
        return None
    low, high = map(math.log, judgement.interval_ratio)
    return estimate(math.log(judgement.effect_ratio), low, high, judgement.pairs)


def _steps(courses: Mapping[Question, Course]) -> list[_Step]:
    """All that is asked of a lane, with p-values adjusted for all of it."""
    steps, weights = [], []
    shares = question_weights(tuple(courses)) if courses else ()
    for (question, course), share in zip(courses.items(), shares, strict=True):
        asked = [(one, other, False) for one, other in itertools.pairwise(course)]
        if question.operation is None:
            asked.append((course[0], course[-1], True))
        for (earlier, one), (later, other), is_trend in asked:
            steps.append(_Step(question, earlier, later, difference(one, other), is_trend))
            weights.append(share / len(asked))
    adjusted = weighted_holm([step.difference.p_value for step in steps], weights) if steps else ()
    return [replace(step, adjusted_p=p) for step, p in zip(steps, adjusted, strict=True)]


def _verdict(step: _Step) -> Verdict:
    if step.changed:
        return "regression" if step.difference.effect > 0.0 else "improvement"
    margin = margins_of(step.question).equivalence
    return "same" if -margin < step.difference.low and step.difference.high < margin else "inconclusive"


def _timed_change(step: _Step, course: Course, steps: Sequence[_Step]) -> HistoryChange:
    return HistoryChange(
        earlier=step.earlier,
        later=step.later,
        lane=_LANES[step.question.lane],
        operation=step.question.operation,
        metric=step.question.metric,
        worse=step.difference.effect > 0.0,
        effect_ratio=math.exp(step.difference.effect),
        interval_ratio=(math.exp(step.difference.low), math.exp(step.difference.high)),
        adjusted_p=step.adjusted_p,
        recovered_in=_recovered(step, course, steps),
    )


def _recovered(step: _Step, course: Course, steps: Sequence[_Step]) -> str | None:
    """The first build after a change back whose figure cannot be told from the one before this change."""
    names = [name for name, _ in course]
    before = dict(course)[step.earlier]
    back = [
        one.later
        for one in steps
        if one.question == step.question
        and names.index(one.later) > names.index(step.later)
        and one.difference.effect * step.difference.effect < 0.0
    ]
    margin = margins_of(step.question).practical
    for later in back:
        left = difference(before, dict(course)[later])
        if abs(left.effect) <= margin or left.low <= 0.0 <= left.high:
            return later
    return None


def _in_order(changes: Iterable[HistoryChange], builds: Sequence[HistoryBuild]) -> tuple[HistoryChange, ...]:
    order = {build.name: place for place, build in enumerate(builds)}
    return tuple(sorted(changes, key=lambda change: order[change.later]))
