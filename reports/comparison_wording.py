"""The words and numbers of a comparison, the same in every format."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from harness.comparison import (
    ComparisonResult,
    Judgement,
    TimedMetric,
    Verdict,
)
from harness.model import BuildIdentity
from reports.comparison_views import (
    ALL_OPERATIONS,
    MetricSummary,
    OperationView,
    PackageDifference,
    metric_summaries,
)
from reports.escaping import one_line
from reports.units import MISSING, bytes_text, count, duration_text, plural, rate, time_unit

METRICS: dict[TimedMetric, str] = {
    "service_cpu": "service CPU",
    "service_cpu_total": "service CPU with rare work",
    "database_cpu": "database CPU",
    "service_time": "service time",
    "start_cpu": "CPU of starting the services",
    "memory": "memory of the services",
    "latency_p50": "latency p50",
    "latency_p95": "latency p95",
    "latency_p99": "latency p99",
    "reached_rate": "rate reached",
    "benchmark_cpu": "CPU",
    "benchmark_time": "time",
}

#: Most operations in which a change is said to be; the report lists the questions of all.
_MOST_LOCATED = 6

#: Where the run's directory is, when it is not in the usual place: an option and its value in shell quotes.
_RESULTS_OPTION = re.compile(r""" --results[ =]('[^']*'|"[^"]*"|\S)+""")

#: The worst first.
VERDICTS: tuple[Verdict, ...] = ("wrong", "regression", "inconclusive", "improvement", "same")


def signed_percent(ratio: float | None) -> str:
    """A ratio as a change, without its unit: 1.023 is ``+2.3``."""
    return MISSING if ratio is None else f"{round((ratio - 1) * 100, 1) + 0.0:+,.1f}"


def where_texts(view: OperationView) -> list[str]:
    """Of all operations together, by metric: in which ones their change is."""
    texts = []
    for metric in dict.fromkeys(one.metric for one in view.located):
        found = [one for one in view.located if one.metric == metric]
        named = [f"{one_line(one.operation or '')} {effect_text(one)}" for one in found[:_MOST_LOCATED]]
        more = [f"{len(found) - len(named)} more"] if len(found) > len(named) else []
        texts.append(f"{METRICS[metric]}, where it is: {', '.join([*named, *more])}")
    return texts


def effect_text(judgement: Judgement) -> str:
    """``+2.3 % [+1.6, +3.0]``, a dash without an estimate."""
    if judgement.effect_ratio is None:
        return MISSING
    interval = f" [{interval_text(judgement)}]" if judgement.interval_ratio else ""
    return f"{signed_percent(judgement.effect_ratio)} %{interval}"


def interval_text(judgement: Judgement, between: str = ", ") -> str:
    """The 95 % interval, without its unit."""
    return _bounds_text(judgement.interval_ratio, between)


def anytime_text(judgement: Judgement) -> str:
    """The interval that holds whenever the run stops, without its unit."""
    return _bounds_text(judgement.anytime_interval_ratio, " to ")


def detectable_percent(judgement: Judgement | None) -> str:
    """What would have been found with 95 % power, in percent without its unit; a rate that falls counts alike."""
    ratio = None if judgement is None else judgement.smallest_detectable_ratio
    return MISSING if ratio is None else f"{abs(ratio - 1) * 100:,.1f}"


def caught_text(judgement: Judgement) -> str:
    if judgement.smallest_detectable_ratio is None:
        return "too few pairs to catch a change of any size"
    return f"would have caught {detectable_percent(judgement)} % or more with 95 % power"


def question_caught_text(question: MetricSummary) -> str:
    """Over all operations, empty when none says: ``would have caught 0.9 % to 2.1 % or more with 95 % power``."""
    least, most = question.least_detectable, question.most_detectable
    if least is None or most is None:
        return ""
    if detectable_percent(least) == detectable_percent(most):
        return caught_text(most)
    low, high = detectable_percent(least), detectable_percent(most)
    return f"would have caught {low} % to {high} % or more with 95 % power"


def verdicts_text(verdicts: Iterable[Verdict]) -> str:
    """``1 regression, 25 same``, the worst first."""
    counted = Counter(verdicts)
    return ", ".join(f"{count(counted[verdict])} {verdict}" for verdict in VERDICTS if counted[verdict])


def p_text(probability: float | None) -> str:
    """An adjusted p-value; very small ones are not told apart."""
    if probability is None:
        return MISSING
    return "< 0.0001" if probability < 0.0001 else f"{probability:.2g}"


def values_text(judgement: Judgement) -> str:
    """Both sides in the same unit: ``4.71 → 4.82 ms``; empty when they say nothing."""
    sides = (judgement.baseline_value, judgement.contender_value)
    if sides == (None, None) or judgement.effect_ratio is None:
        return ""
    return sides_text(judgement.metric, sides)


def sides_text(metric: TimedMetric, sides: tuple[float | None, float | None]) -> str:
    """Two values of a metric with their unit."""
    if metric == "reached_rate":
        return f"{rate(sides[0])} → {rate(sides[1])} /s"
    if metric == "memory":
        return f"{bytes_text(sides[0])} → {bytes_text(sides[1])}"
    unit = time_unit(sides)
    return f"{unit.number(sides[0])} → {unit.number(sides[1])} {unit.symbol}"


def pairs_text(judgement: Judgement) -> str:
    return plural(judgement.pairs, "window pair" if judgement.lane == "load" else "pair")


def build_text(build: BuildIdentity | None) -> str:
    if build is None:
        return "not known: ended before it was installed"
    return one_line(
        f"{build.name} (DIRAC {build.dirac_version}, Python {build.python_version}, "
        f"dependency set {build.dependency_set})"
    )


def package_text(difference: PackageDifference) -> str:
    if difference.baseline is None:
        return one_line(f"{difference.name} {difference.contender} added")
    if difference.contender is None:
        return one_line(f"{difference.name} {difference.baseline} removed")
    return one_line(f"{difference.name} {difference.baseline} → {difference.contender}")


def false_alarms(result: ComparisonResult) -> list[Judgement]:
    """What the control found, and should not have."""
    return [one for one in result.control if one.verdict not in ("same", "inconclusive")]


def control_text(result: ComparisonResult) -> str:
    """What the baseline against itself shows: it must find nothing."""
    control = result.control
    if not control:
        return "not measured"
    found = false_alarms(result)
    shown = [one for one in control if one.effect_ratio is not None]
    largest = max(shown, key=lambda one: abs((one.effect_ratio or 1) - 1), default=None)
    pairs = max(one.pairs for one in control)
    facts = [plural(len(found), "false alarm") if found else "nothing found"]
    facts[0] += f" in {plural(len(control), 'question')}, {plural(pairs, 'pair')}"
    if largest is not None:
        facts.append(f"largest effect {effect_text(largest)} ({question_name(largest)})")
    if found:
        facts.append(f"found: {'; '.join(question_name(one) for one in found)}. Do not trust this comparison")
    return "; ".join(facts)


def question_name(judgement: Judgement) -> str:
    operation = ALL_OPERATIONS if judgement.operation is None else one_line(judgement.operation)
    return f"{operation}, {METRICS[judgement.metric]}"


def question_rows(result: ComparisonResult) -> list[list[str]]:
    """Lane, metric, how many operations have which verdict, what would have been caught."""
    rows = []
    if result.exact:
        rows.append(["exact", "counters", verdicts_text(one.verdict for one in result.exact), ""])
    for question in metric_summaries(result.judgements):
        verdicts = verdicts_text(question.verdicts.elements())
        rows.append([question.lane, METRICS[question.metric], verdicts, question_caught_text(question)])
    return rows


def settings_text(result: ComparisonResult) -> str:
    settings = result.settings
    timed = "" if settings.timed in (None, settings.operations) else f", {len(settings.timed or ())} of them timed"
    return (
        f"lanes {', '.join(settings.lanes)}; front door {front_doors_text(result)}; "
        f"{plural(len(settings.operations), 'operation')}{timed}; profile {one_line(settings.profile)}, seed "
        f"{settings.seed}; budget {duration_text(settings.budget_s)}, took {duration_text(result.duration_s)}"
    )


def front_doors_text(result: ComparisonResult) -> str:
    """The one that both sides were reached by, or those of baseline and contender."""
    return _sides_text(result.settings.front_doors)


def runtimes_text(result: ComparisonResult) -> str:
    """The one that both sides ran in, or those of baseline and contender."""
    return _sides_text(result.settings.runtimes)


def _sides_text(sides: tuple[str, str]) -> str:
    baseline, contender = sides
    return baseline if baseline == contender else f"{baseline} of the baseline, {contender} of the contender"


def continue_command(result: ComparisonResult) -> str | None:
    """What to type to measure on where this comparison ended; None when another program began it."""
    if not result.command.startswith("rssbench compare "):
        return None
    elsewhere = _RESULTS_OPTION.search(result.command)
    return f"rssbench compare --resume {result.run_id}{elsewhere[0] if elsewhere else ''}"


def _bounds_text(bounds_ratio: tuple[float, float] | None, between: str) -> str:
    return MISSING if bounds_ratio is None else between.join(map(signed_percent, bounds_ratio))
