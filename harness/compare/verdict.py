"""From the values of pairs to a judgement of each question, and from these to the verdict of a comparison.

The rule and its reasons: docs/method.md, "Verdict".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.compare.location import locate
from harness.compare.margins import HIGHER_IS_BETTER, Margins, margins_of
from harness.comparison import ExactComparison, Judgement, Question, Verdict
from harness.stats.multiplicity import FAMILY_ERROR_RATIO, question_weights, weighted_holm
from harness.stats.paired import hodges_lehmann, signed_rank_interval
from harness.stats.power import detectable_by
from harness.stats.sequential import MINIMUM_PAIRS, bounds_of_each, p_value

#: How probable at most each anytime bound is wrong, and therefore a question judged `same` that is not.
BOUND_ERROR_RATIO = 0.05

_Bounds = tuple[float, float] | None


@dataclass(frozen=True)
class Series:
    """The values of one metric on both sides, a pair at a time in the order measured, in the unit of the metric.

    A pair in which a side has no positive finite value is left out, and said to be.
    """

    baseline: tuple[float, ...]
    contender: tuple[float, ...]

    def complete(self) -> list[tuple[float, float]]:
        pairs = zip(self.baseline, self.contender, strict=True)
        return [pair for pair in pairs if all(map(_is_value, pair))]


def judge(observations: Mapping[Question, Series]) -> tuple[Judgement, ...]:
    """A judgement of each question, in their order. May be asked after every pair, always with all questions."""
    questions = tuple(observations)
    weights = question_weights(questions)
    evidence = [_Evidence.of(observations[question]) for question in questions]
    adjusted = weighted_holm([one.p_value for one in evidence], weights)
    rows = [one.log_ratios for one in evidence]
    anytime = bounds_of_each(rows, [BOUND_ERROR_RATIO] * len(rows))
    sequential = bounds_of_each(rows, [FAMILY_ERROR_RATIO * weight / 2.0 for weight in weights])
    return locate(list(map(_judgement, questions, evidence, adjusted, anytime, sequential)), rows)


@dataclass(frozen=True)
class Conclusion:
    """The verdict of a comparison, and sentences that say why."""

    verdict: Verdict
    reasons: tuple[str, ...]


def conclude(
    judgements: Sequence[Judgement],
    control: Sequence[Judgement] = (),
    exact: Sequence[ExactComparison] = (),
) -> Conclusion:
    """The verdict of a comparison whose lanes are done, or stopped by the user or the budget.

    ``control``: judgements of the baseline against itself. What needs no statistics (a wrong answer, a counter)
    stands even when the control found a change that cannot be.
    """
    if wrong := _counted(exact, "wrong") + _named(judgements, "wrong"):
        return Conclusion("wrong", wrong)
    counted, differs = (
        _counted(exact, "regression"),
        _named(control, "regression") + _named(control, "improvement"),
    )
    if worse := counted + (() if differs else _named(judgements, "regression")):
        return Conclusion("regression", worse)
    if differs:
        return Conclusion("inconclusive", tuple(f"the baseline differs from itself: {one}" for one in differs))
    if undecided := tuple(name(one) for one in judgements if not _settled(one)):
        return Conclusion("inconclusive", tuple(f"undecided: {one}" for one in undecided))
    better = _counted(exact, "improvement") + _named(judgements, "improvement")
    return Conclusion("improvement" if better else "same", better)


def name(judgement: Judgement) -> str:
    """The question in words: ``service_cpu of ResourceStatus.select by name``."""
    return f"{judgement.metric} of {judgement.operation or 'all operations together'}"


@dataclass(frozen=True)
class _Evidence:
    """What the pairs of one question say, before the other questions are looked at; log-ratios."""

    pairs: list[tuple[float, float]]
    left_out: int
    #: whether a side has pairs without a value, which then cannot come out as the better one
    baseline_lacks: bool
    contender_lacks: bool
    log_ratios: tuple[float, ...]
    effect: float
    p_value: float

    @classmethod
    def of(cls, series: Series) -> _Evidence:
        pairs = series.complete()
        log_ratios = tuple(math.log(contender) - math.log(baseline) for baseline, contender in pairs)
        effect = hodges_lehmann(log_ratios) if pairs else 0.0
        return cls(
            pairs=pairs,
            left_out=len(series.baseline) - len(pairs),
            baseline_lacks=not all(map(_is_value, series.baseline)),
            contender_lacks=not all(map(_is_value, series.contender)),
            log_ratios=log_ratios,
            effect=effect,
            p_value=p_value(log_ratios, above=effect > 0.0),
        )


def _judgement(
    question: Question, evidence: _Evidence, adjusted_p: float, anytime: _Bounds, sequential: _Bounds
) -> Judgement:
    """``anytime``: at BOUND_ERROR_RATIO; ``sequential``: at half of the question's share of the family's error."""
    margins, worse = margins_of(question), -1.0 if question.metric in HIGHER_IS_BETTER else 1.0
    if not evidence.pairs:
        return Judgement(
            lane=question.lane,
            metric=question.metric,
            operation=question.operation,
            verdict="inconclusive",
            effect_ratio=None,
            interval_ratio=None,
            anytime_interval_ratio=None,
            smallest_detectable_ratio=None,
            adjusted_p=None,
            pairs=0,
            reason=f"no value in {evidence.left_out} pairs" if evidence.left_out else "no pair",
            margin_ratio=1.0 + margins.practical_ratio,
        )
    interval = signed_rank_interval(evidence.log_ratios)
    detectable = detectable_by(sequential, interval, margins.practical)
    changed = adjusted_p <= FAMILY_ERROR_RATIO
    verdict = _verdict(evidence, margins, anytime, changed=changed, worsening=worse * evidence.effect)
    return Judgement(
        lane=question.lane,
        metric=question.metric,
        operation=question.operation,
        verdict=verdict,
        effect_ratio=math.exp(evidence.effect),
        interval_ratio=_as_ratios(interval),
        anytime_interval_ratio=_as_ratios(anytime),
        smallest_detectable_ratio=None if detectable is None else math.exp(worse * detectable),
        adjusted_p=adjusted_p,
        pairs=len(evidence.pairs),
        baseline_value=hodges_lehmann([baseline for baseline, _ in evidence.pairs]),
        contender_value=hodges_lehmann([contender for _, contender in evidence.pairs]),
        reason=_reason(evidence, changed=changed and abs(evidence.effect) <= margins.practical),
        margin_ratio=1.0 + margins.practical_ratio,
    )


def _verdict(
    evidence: _Evidence, margins: Margins, anytime: tuple[float, float] | None, *, changed: bool, worsening: float
) -> Verdict:
    if changed and worsening > margins.practical and not evidence.baseline_lacks:
        return "regression"
    if changed and worsening < -margins.practical and not evidence.contender_lacks:
        return "improvement"
    if (
        anytime
        and -margins.equivalence < anytime[0]
        and anytime[1] < margins.equivalence
        and not evidence.left_out
    ):
        return "same"
    return "inconclusive"


def _reason(evidence: _Evidence, *, changed: bool) -> str | None:
    if evidence.left_out:
        return f"no value in {evidence.left_out} of {evidence.left_out + len(evidence.pairs)} pairs"
    if len(evidence.pairs) < MINIMUM_PAIRS:
        return f"fewer than {MINIMUM_PAIRS} pairs"
    return "a change, smaller than the practical margin" if changed else None


def _settled(judgement: Judgement) -> bool:
    """Whether this question does not keep the comparison from being `same` or `improvement`."""
    if judgement.verdict in ("same", "improvement"):
        return True
    margins = margins_of(judgement.question)
    if judgement.anytime_interval_ratio is None or margins.resolution_ratio:
        return False
    low, high = judgement.anytime_interval_ratio
    return (1.0 / low if judgement.metric in HIGHER_IS_BETTER else high) < 1.0 + margins.limit_ratio


def _named(judgements: Sequence[Judgement], verdict: Verdict) -> tuple[str, ...]:
    return tuple(name(one) for one in judgements if one.verdict == verdict)


def _counted(exact: Sequence[ExactComparison], verdict: Verdict) -> tuple[str, ...]:
    return tuple(f"counters of {one.operation}" for one in exact if one.verdict == verdict)


def _is_value(value: float) -> bool:
    return math.isfinite(value) and value > 0.0


def _as_ratios(log_ratios: tuple[float, float] | None) -> tuple[float, float] | None:
    return log_ratios and (math.exp(log_ratios[0]), math.exp(log_ratios[1]))
