"""What a comparison says of a mutant: its verdict, what it names, and what that changed in (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from harness.compare.margins import EXACT_BYTES_MARGIN_RATIO
from harness.compare.verdict import conclude
from harness.comparison import ComparisonResult, CounterChange, ExactComparison, Judgement, TimedMetric, Verdict
from harness.micro_comparison import MicroComparison
from harness.mutant_scores import TOGETHER, Evidence, Finding

_OF_COUNTER: dict[str, Evidence] = {
    "statements": "statements",
    "rows_examined": "rows",
    "rows_sent": "rows",
    "commits": "commits",
    "connections": "connections",
    "nested_calls": "nested calls",
    "request_bytes": "bytes",
    "response_bytes": "bytes",
}
_OF_METRIC: dict[TimedMetric, Evidence] = {
    "service_cpu": "service CPU",
    "service_cpu_total": "service CPU",
    "database_cpu": "database CPU",
    "start_cpu": "start CPU",
    "memory": "memory",
    "latency_p50": "latency",
    "latency_p95": "latency",
    "latency_p99": "latency",
    "benchmark_cpu": "benchmark CPU",
}
#: A call that takes so many times the share longer that it uses more CPU waits for something.
_WAITS_RATIO = 2.0


def finding_of_comparison(result: ComparisonResult) -> Finding:
    """Of ``rssbench compare``. One that did not come to its end has failed."""
    if result.status != "complete":
        return Finding("failed", (), (), "; ".join(result.problems))
    return _finding(result.verdict, result.exact, result.judgements, result.control)


def finding_of_micro(result: MicroComparison) -> Finding:
    """Of ``rssbench micro``."""
    if result.status != "complete":
        return Finding("failed", (), (), "; ".join(result.problems))
    return _finding(result.verdict, (), result.judgements, result.control)


def finding_of_evaluations(exact: Sequence[ExactComparison]) -> Finding:
    """Of the evaluations that ``rssbench policies`` counts."""
    return _finding(conclude((), (), exact).verdict, exact, (), ())


def failed(reason: str) -> Finding:
    """Nothing was measured."""
    return Finding("failed", (), (), reason)


def _finding(
    verdict: Verdict,
    exact: Sequence[ExactComparison],
    judgements: Sequence[Judgement],
    control: Sequence[Judgement],
) -> Finding:
    if verdict in ("same", "inconclusive"):
        return Finding(verdict, (), (), _why_nothing(judgements, control))
    counted = [one for one in exact if one.verdict == verdict]
    timed = [one for one in judgements if one.verdict == verdict]
    together = any(one.operation is None for one in timed)
    located = [one.operation for one in judgements if together and one.located and one.operation]
    named = [*(one.operation for one in counted), *(one.operation or TOGETHER for one in timed), *located]
    evidence = [
        *(_OF_COUNTER[change.counter] for one in counted for change in one.counters if _shows(change, verdict)),
        *_evidence_of(timed, judgements),
        *(["answer"] if verdict == "wrong" else []),
    ]
    return Finding(verdict, tuple(dict.fromkeys(named)), tuple(dict.fromkeys(evidence)), "")  # type: ignore[arg-type]


def _shows(change: CounterChange, verdict: Verdict) -> bool:
    """Whether this counter is a reason of the verdict."""
    less, more = change.baseline, change.contender
    if verdict == "improvement":
        less, more = more, less
    margin_ratio = EXACT_BYTES_MARGIN_RATIO if change.counter.endswith("bytes") else 1
    return verdict != "wrong" and more > less * margin_ratio


def _evidence_of(timed: Iterable[Judgement], judgements: Sequence[Judgement]) -> Iterator[Evidence]:
    for one in timed:
        if one.metric in _OF_METRIC and one.verdict != "wrong":
            yield _OF_METRIC[one.metric]
        elif one.metric == "service_time" and _waits(one, judgements):
            yield "waiting"


def _waits(slower: Judgement, judgements: Sequence[Judgement]) -> bool:
    """Whether the time of an operation grew by more than its CPU explains."""
    cpu = [one for one in judgements if one.operation == slower.operation and one.metric == "service_cpu"]
    share = max((one.effect_ratio or 1.0) - 1.0 for one in cpu) if cpu else 0.0
    return (slower.effect_ratio or 1.0) - 1.0 > _WAITS_RATIO * share


def _why_nothing(judgements: Sequence[Judgement], control: Sequence[Judgement]) -> str:
    """What was seen of all together or under a load, and what would have been found."""
    if differs := [one for one in control if one.verdict in ("regression", "improvement")]:
        return f"the baseline differs from itself in {differs[0].metric} of {differs[0].operation or TOGETHER}"
    if not judgements:
        return "every counter is the same"
    measured = [one for one in judgements if one.effect_ratio is not None]
    whole = [one for one in measured if not one.question.is_single]
    return "; ".join(map(_told, whole)) or "no pair was measured within the budget"


def _told(judgement: Judgement) -> str:
    assert judgement.effect_ratio is not None
    text = f"{judgement.metric} {judgement.effect_ratio - 1:+.1%}"
    if judgement.interval_ratio:
        low, high = judgement.interval_ratio
        text += f" ({low - 1:+.1%} to {high - 1:+.1%})"
    if judgement.smallest_detectable_ratio:
        text += f", {judgement.smallest_detectable_ratio - 1:+.1%} would have been found"
    return f"{text}, {judgement.pairs} pairs"
