"""What a comparison leaves open: questions that it could not answer at all, and hints that it could not settle."""

from __future__ import annotations

import shlex

from harness.compare.stopping import hints
from harness.comparison import ComparisonResult, Judgement
from reports.comparison_views import ALL_OPERATIONS, unanswered
from reports.comparison_wording import METRICS, effect_text, question_name
from reports.escaping import one_line, shorten
from reports.exact_wording import exact_text
from reports.units import plural

#: Most hints that are told, the clearest first.
_HINTS = 3


def open_lines(result: ComparisonResult) -> list[str]:
    """What a lane, or the counting of an operation, could not answer, and why; and what more time would settle."""
    groups = unanswered(result.judgements)
    lines = [f"{lane}: {_unanswered_text(reason, group)}" for (lane, reason), group in groups.items()]
    counted = [one for one in result.exact if one.verdict == "inconclusive"]
    lines += [f"exact: {exact_text(one)} ({one_line(one.operation)})" for one in counted]
    return [*lines, *_hint_lines(result)]


def _hint_lines(result: ComparisonResult) -> list[str]:
    """Where something is worse anyhow, they say nothing new."""
    if result.verdict in ("regression", "wrong"):
        return []
    found = sorted(filter(hints, result.judgements), key=lambda one: one.adjusted_p or 0.0)
    return [f"{one.lane}: {_hint_text(one)}" for one in found[:_HINTS]]


def _hint_text(judgement: Judgement) -> str:
    text = f"{question_name(judgement)} may be worse, {effect_text(judgement)}: a longer --budget would tell"
    alone = judgement.operation if judgement.question.is_single else None
    return f"{text}, or --operation {shlex.quote(one_line(alone))}" if alone else text


def _unanswered_text(reason: str, judgements: list[Judgement]) -> str:
    metrics = ", ".join(dict.fromkeys(METRICS[one.metric] for one in judgements))
    operations = {one.operation for one in judgements}
    noun = "scenario" if judgements[0].lane == "load" else "operation"
    subject = ALL_OPERATIONS if operations == {None} else plural(len(operations - {None}), noun)
    if len(operations) == 1 and None not in operations:
        subject = question_name(judgements[0]).rpartition(", ")[0]
    return f"{shorten(one_line(reason))} ({subject}: {metrics})"
