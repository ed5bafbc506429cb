"""When a lane may stop before its budget. The rule and its reasons: docs/method.md, "When a run stops"."""

from __future__ import annotations

from collections.abc import Sequence

from harness.compare.margins import CHOSEN_SERVICE_CPU_RESOLUTION_RATIO, HIGHER_IS_BETTER, margins_of
from harness.compare.verdict import conclude
from harness.comparison import Judgement


def decided(judgements: Sequence[Judgement]) -> bool:
    """Whether the paired and load lanes may stop before their budget.

    They have their verdict, and where it is that nothing got slower they can say of every question what they would
    have found, would have found a change of the resolution, and nothing hints at a worsening.
    """
    if not judgements:
        return False
    verdict = conclude(judgements).verdict
    if verdict not in ("same", "improvement"):
        return verdict != "inconclusive"
    chosen = all(one.operation is None for one in judgements if one.lane == "paired")
    found_nothing = [one for one in judgements if one.verdict in ("same", "inconclusive")]
    return all(_resolved(one, chosen=chosen) for one in found_nothing) and not any(map(hints, found_nothing))


def hints(judgement: Judgement) -> bool:
    """Whether more pairs may yet show a worsening: the estimate is one beyond the practical margin, and the
    anytime interval excludes that there is none.

    Of dozens of single operations some always do. One that is the same within its own margin is left at that, and
    so is its database CPU, which scatters most, and whose causes the exact lane counts.
    """
    question = judgement.question
    if question.is_single and (judgement.verdict == "same" or question.metric == "database_cpu"):
        return False
    if judgement.effect_ratio is None or judgement.anytime_interval_ratio is None:
        return False
    effect_ratio, (least_ratio, most_ratio) = judgement.effect_ratio, judgement.anytime_interval_ratio
    if question.metric in HIGHER_IS_BETTER:
        effect_ratio, least_ratio = 1.0 / effect_ratio, 1.0 / most_ratio
    return least_ratio > 1.0 and effect_ratio > 1.0 + margins_of(question).practical_ratio


def _resolved(judgement: Judgement, *, chosen: bool) -> bool:
    resolution_ratio = margins_of(judgement.question).resolution_ratio
    if chosen and judgement.metric == "service_cpu":
        resolution_ratio = CHOSEN_SERVICE_CPU_RESOLUTION_RATIO
    detectable_ratio = judgement.smallest_detectable_ratio
    return detectable_ratio is not None and (not resolution_ratio or detectable_ratio <= 1.0 + resolution_ratio)
