"""What a comparison says becomes operations that are named and what changed in them."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from harness.compare.exact_lane import compare_exact
from harness.comparison import ComparisonResult, ExactComparison
from harness.mutant_scores import TOGETHER
from harness.mutants.findings import finding_of_comparison, finding_of_evaluations
from tests.compare.counts import SELECT, counts
from tests.reports.synthetic_comparison import comparison, judgement, slower

BEFORE = counts(SELECT, SELECT)


def compared(**changes: Any) -> ExactComparison:
    (one,) = compare_exact([BEFORE], [replace(BEFORE, **changes)])
    return one


def result(verdict: str, **changes: Any) -> ComparisonResult:
    return replace(comparison(verdict), judgements=(), control=(), exact=(), **changes)


def test_counters_that_rose_are_the_evidence_and_those_that_fell_are_not() -> None:
    exact = compared(rows_examined=40, commits=2, statements=BEFORE.statements[:1])
    found = finding_of_comparison(replace(result("regression"), exact=(exact,)))
    assert found.verdict == "regression"
    assert found.named == ("Publisher.getSites",)
    assert found.evidence == ("rows", "commits")


def test_of_an_improvement_it_is_the_counters_that_fell() -> None:
    exact = compared(statements=BEFORE.statements[:1])
    found = finding_of_evaluations([exact])
    assert (found.verdict, found.named, found.evidence) == (
        "improvement",
        ("Publisher.getSites",),
        ("statements", "rows"),
    )


def test_bytes_within_their_margin_are_no_evidence() -> None:
    exact = compared(response_bytes=1_010, connections=1)
    assert finding_of_evaluations([exact]).evidence == ("connections",)


def test_a_wrong_answer_is_evidence_of_itself() -> None:
    exact = compared(answer=replace(BEFORE.answer, digest="other", rows=1), statements=())
    found = finding_of_evaluations([exact])
    assert (found.verdict, found.evidence) == ("wrong", ("answer",))


def test_all_operations_together_have_a_name() -> None:
    judgements = (slower(None), slower("ResourceStatus.select by name"), judgement("ResourceStatus.select log"))
    found = finding_of_comparison(replace(result("regression"), judgements=judgements))
    assert found.named == (TOGETHER, "ResourceStatus.select by name")
    assert found.evidence == ("service CPU",)


def test_operations_in_which_the_change_of_all_is_are_named_with_them() -> None:
    judgements = (slower(None), judgement("a", located=True), judgement("b"))
    found = finding_of_comparison(replace(result("regression"), judgements=judgements))
    assert found.named == (TOGETHER, "a")


def test_time_that_cpu_does_not_explain_is_waiting() -> None:
    waits = (judgement("a", "service_cpu", effect_ratio=1.01), slower("a", "service_time", effect_ratio=1.2))
    works = (slower("a", "service_cpu", effect_ratio=1.2), slower("a", "service_time", effect_ratio=1.2))
    assert finding_of_comparison(replace(result("regression"), judgements=waits)).evidence == ("waiting",)
    assert finding_of_comparison(replace(result("regression"), judgements=works)).evidence == ("service CPU",)


def test_requests_that_come_at_once_and_take_longer_are_named_by_their_scenario() -> None:
    waits = (slower("production_mix", "latency_p50", lane="load"), judgement("production_mix", "reached_rate"))
    found = finding_of_comparison(replace(result("regression"), judgements=waits))
    assert (found.named, found.evidence) == (("production_mix",), ("latency",))


def test_where_nothing_is_found_it_says_what_was_seen_and_what_would_have_been() -> None:
    found = finding_of_comparison(replace(result("same"), judgements=(judgement(None),)))
    assert (found.verdict, found.named) == ("same", ())
    assert found.reason == "service_cpu +0.1% (-0.3% to +0.6%), +1.2% would have been found, 40 pairs"


def test_under_a_load_it_says_that_of_its_scenario() -> None:
    seen = judgement("production_mix", "latency_p50", lane="load")
    found = finding_of_comparison(replace(result("same"), judgements=(seen,)))
    assert found.reason == "latency_p50 +0.1% (-0.3% to +0.6%), +1.2% would have been found, 40 pairs"


def test_a_control_that_found_something_is_the_reason() -> None:
    found = finding_of_comparison(replace(result("inconclusive"), control=(slower("a"),)))
    assert found.reason == "the baseline differs from itself in service_cpu of a"


def test_without_pairs_the_counters_are_what_is_the_same() -> None:
    assert finding_of_comparison(result("same")).reason == "every counter is the same"


def test_a_budget_that_was_too_short_for_a_pair_is_the_reason() -> None:
    unmeasured = judgement(None, verdict="inconclusive", effect_ratio=None, interval_ratio=None, pairs=0)
    found = finding_of_comparison(replace(result("inconclusive"), judgements=(unmeasured,)))
    assert found.reason == "no pair was measured within the budget"


def test_a_comparison_that_did_not_end_has_failed() -> None:
    found = finding_of_comparison(result("inconclusive", status="incomplete", problems=("it broke",)))
    assert (found.verdict, found.reason) == ("failed", "it broke")
