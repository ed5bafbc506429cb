"""The verdict of a comparison in one line."""

from __future__ import annotations

from harness.compare.location import ASKED_OF_SINGLE
from harness.comparison import ComparisonResult
from reports.comparison_views import MetricSummary, OperationView, effect_size, metric_summaries, operation_views
from reports.comparison_wording import (
    METRICS,
    detectable_percent,
    false_alarms,
    front_doors_text,
    runtimes_text,
    signed_percent,
)
from reports.escaping import one_line
from reports.units import count, plural

#: Most characters of a reason in the verdict line.
REASON_LENGTH = 160


def verdict_line(result: ComparisonResult) -> str:
    """One line: the verdict, how many operations decide it, and how sure it is."""
    views = operation_views(result)
    facts = {
        "wrong": _worse_facts,
        "regression": _worse_facts,
        "improvement": _better_facts,
        "same": _same_facts,
        "inconclusive": _inconclusive_facts,
    }[result.verdict](result, views)
    line = f"{result.verdict.upper()}: {facts}"
    if len(set(result.settings.front_doors)) > 1:
        line += f"; the front doors differ: {front_doors_text(result)}"
    if len(set(result.settings.runtimes)) > 1:
        line += f"; the runtimes differ: {runtimes_text(result)}"
    if result.status == "incomplete":
        line += "; incomplete, ended before its time"
    if result.problems:
        reason = one_line(result.problems[0].split("\n", 1)[0])
        reason = reason if len(reason) <= REASON_LENGTH else reason[: REASON_LENGTH - 1] + "…"
        more = f" (and {plural(len(result.problems) - 1, 'more problem')})" if len(result.problems) > 1 else ""
        line += f"; {reason}{more}"
    return line


def compared_operations(views: list[OperationView]) -> int:
    return sum(view.is_operation for view in views)


def _of(number: int, views: list[OperationView]) -> str:
    return f"{count(number)} of {plural(compared_operations(views), 'operation')}"


def _moved(views: list[OperationView], verdict: str, timed: str, work: str) -> list[str]:
    """``2 of 26 operations got slower, most of all NAME: service CPU +12.0 %``, ``1 does more work``: the first
    says how many there are."""
    by_time = [view for view in views if view.is_operation and verdict in view.timed_verdicts]
    by_count = [
        view for view in views if view not in by_time and view.exact is not None and view.exact.verdict == verdict
    ]
    facts: list[str] = []
    does = "does" if len(by_count) == 1 else "do"
    for group, words in ((by_time, f"{timed}{_most(by_time, verdict)}"), (by_count, f"{does} {work}")):
        if group:
            facts.append(f"{count(len(group)) if facts else _of(len(group), views)} {words}")
    others = [view for view in views if not view.is_operation and verdict in view.timed_verdicts]
    return [*facts, *(f"{_named(view)} {timed}{_most([view], verdict)}" for view in others)]


def _most(views: list[OperationView], verdict: str) -> str:
    """The largest of their changes, with the operation where it has a name of its own; empty without any."""
    changes = [one for view in views for one in view.judgements if one.verdict == verdict and one.effect_ratio]
    if not changes:
        return ""
    largest = max(changes, key=effect_size)
    change = f": {METRICS[largest.metric]} {signed_percent(largest.effect_ratio)} %"
    if not views[0].is_operation:
        metric = ASKED_OF_SINGLE.get(largest.metric, largest.metric)
        where = next((one for one in views[0].located if one.metric == metric), None)
        if where is None:
            return change
        return f"{change}, above all in {one_line(where.operation or '')} ({signed_percent(where.effect_ratio)} %)"
    return f", {'most of all ' if len(views) > 1 else ''}{one_line(largest.operation or '')}{change}"


def _named(view: OperationView) -> str:
    return view.name if view.operation is None else f"scenario {one_line(view.name)}"


def _sureness(result: ComparisonResult, views: list[OperationView], verdict: str) -> str:
    if any(verdict in view.timed_verdicts for view in views):
        return f" (family-wise error at most {result.family_error_ratio * 100:g} %)"
    return " (counted, not estimated)"


def _worse_facts(result: ComparisonResult, views: list[OperationView]) -> str:
    wrong = sum("wrong" in view.verdicts for view in views)
    facts = [f"{_of(wrong, views)} answered wrongly by the contender"] if wrong else []
    moved = _moved(views, "regression", "got slower", "more work")
    return ", ".join([*facts, *moved]) + (_sureness(result, views, "regression") if moved else "")


def _better_facts(result: ComparisonResult, views: list[OperationView]) -> str:
    moved = _moved(views, "improvement", "got faster", "less work")
    return ", ".join([*moved, "none got slower"]) + _sureness(result, views, "improvement")


def _same_facts(result: ComparisonResult, views: list[OperationView]) -> str:
    caught = _caught_facts(result)
    if not caught:
        return f"{plural(compared_operations(views), 'operation')}, the same work (counted, not estimated)"
    unsure = compared_operations([view for view in views if "inconclusive" in view.verdicts])
    if not unsure:
        return f"{plural(compared_operations(views), 'operation')} within the margins; {caught}"
    within = _of(compared_operations(views) - unsure, views)
    return f"{within} within the margins, {count(unsure)} less sure but not worse beyond the limits; {caught}"


def _inconclusive_facts(result: ComparisonResult, views: list[OperationView]) -> str:
    if not views:
        return "nothing was compared"
    undecided = [view for view in views if "inconclusive" in view.verdicts]
    number = compared_operations(undecided)
    facts = ["the baseline differs from itself"] if false_alarms(result) else []
    facts += [f"{_of(number, views)} undecided"] if number else []
    facts += [f"{_named(view)} undecided" for view in undecided if not view.is_operation]
    caught = _caught_facts(result)
    return "; ".join(part for part in (", ".join(facts), caught) if part)


def _caught_facts(result: ComparisonResult) -> str:
    """Of the first lane that can say, by metric: what would have been caught in all operations together, and in
    every single one."""
    asked = [one for one in metric_summaries(result.judgements) if one.most_detectable is not None]
    facts = [_caught_fact(one) for one in asked if one.lane == asked[0].lane]
    return f"would have caught {', '.join(facts)} or more with 95 % power" if facts else ""


def _caught_fact(summary: MetricSummary) -> str:
    together, most = summary.together, summary.most_detectable
    if together is None or most is None or most is together:
        return f"{METRICS[summary.metric]} {detectable_percent(most or together)} %"
    single = f" (in any one operation {detectable_percent(most)} %)"
    return f"{METRICS[summary.metric]} {detectable_percent(together)} %{single}"
