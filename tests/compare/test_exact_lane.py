"""Any change is found, what varies by itself is not compared, and the verdict follows from the counters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from harness.compare.exact_lane import absent_operations, compare_exact
from harness.compare.margins import EXACT_BYTES_MARGIN_RATIO
from harness.comparison import AbsentOperation, ExactComparison
from harness.counted import ExactOperation, ReadAnswer, Statement
from tests.compare.counts import SELECT, counts

STATEMENTS = st.lists(
    st.builds(Statement, st.sampled_from([SELECT, "COMMIT", "ROLLBACK"]), *[st.integers(0, 5)] * 3), max_size=6
)
CALLS = st.lists(st.sampled_from(["ResourceStatus.select", "ResourceManagement.select"]), max_size=3).map(tuple)


@st.composite
def counted(draw: st.DrawFn) -> ExactOperation:
    statements = tuple(draw(STATEMENTS))
    return ExactOperation(
        operation="Publisher.getSites",
        statements=statements,
        rows_examined=sum(statement.rows_examined for statement in statements),
        commits=sum(statement.text == "COMMIT" for statement in statements),
        connections=draw(st.integers(0, 2)),
        request_bytes=draw(st.integers(0, 300)),
        response_bytes=draw(st.integers(0, 300)),
        nested_calls=draw(CALLS),
    )


def compared(baseline: ExactOperation, contender: ExactOperation) -> ExactComparison:
    (comparison,) = compare_exact([baseline], [contender])
    return comparison


@given(one=counted())
def test_a_build_and_itself_are_the_same(one: ExactOperation) -> None:
    comparison = compared(one, one)
    assert (comparison.verdict, comparison.counters, comparison.statements) == ("same", (), ())
    assert comparison.problem is None


@given(one=counted(), other=counted())
def test_swapping_the_sides_swaps_what_is_found(one: ExactOperation, other: ExactOperation) -> None:
    there, back = compared(one, other), compared(other, one)
    assert [(change.counter, change.baseline, change.contender) for change in there.counters] == [
        (change.counter, change.contender, change.baseline) for change in back.counters
    ]
    assert (there.verdict == "same") == (back.verdict == "same")
    if there.verdict == "improvement":
        assert back.verdict == "regression"
    if there.verdict == back.verdict == "regression":  # something rose and something fell
        assert len(there.counters) > 1


@pytest.mark.parametrize(
    ("counter", "change"),
    [
        ("statements", {"statements": (*counts(SELECT).statements, Statement("ROLLBACK", 0, 0, 0))}),
        ("rows_examined", {"rows_examined": 2}),
        ("rows_sent", {"statements": (Statement(SELECT, 1, 2, 0),)}),
        ("commits", {"commits": 1}),
        ("connections", {"connections": 1}),
        ("nested_calls", {"nested_calls": ("ResourceStatus.select",)}),
        ("request_bytes", {"request_bytes": 103}),
        ("response_bytes", {"response_bytes": 1_021}),
    ],
)
def test_one_more_of_anything_is_a_regression_and_one_less_an_improvement(
    counter: str, change: dict[str, Any]
) -> None:
    fewer, more = counts(SELECT), counts(SELECT, **change)
    worse, better = compared(fewer, more), compared(more, fewer)
    assert (worse.verdict, better.verdict) == ("regression", "improvement")
    assert [one.counter for one in worse.counters] == [one.counter for one in better.counters] == [counter]


def test_a_counter_that_rises_outweighs_those_that_fall() -> None:
    assert compared(counts(SELECT, SELECT), counts(SELECT, connections=1)).verdict == "regression"


@pytest.mark.parametrize(("response_bytes", "verdict"), [(1_020, "same"), (1_021, "regression")])
def test_bytes_have_a_margin_and_every_change_is_shown(response_bytes: int, verdict: str) -> None:
    assert EXACT_BYTES_MARGIN_RATIO == 1.02
    comparison = compared(counts(SELECT), counts(SELECT, response_bytes=response_bytes))
    assert comparison.verdict == verdict
    (change,) = comparison.counters
    assert (change.baseline, change.contender) == (1_000, response_bytes)


def test_another_text_alone_is_shown_and_is_the_same() -> None:
    comparison = compared(counts("SELECT a"), counts("SELECT b"))
    assert (comparison.verdict, comparison.counters) == ("same", ())
    assert [(line.change, line.text) for line in comparison.statements] == [
        ("removed", "SELECT a"),
        ("added", "SELECT b"),
    ]


@given(one=counted(), other=counted(), varying=st.sets(st.sampled_from(["statements", "connections"]), min_size=1))
def test_what_varies_on_either_side_is_not_compared(
    one: ExactOperation, other: ExactOperation, varying: set[str]
) -> None:
    assume(one != other)
    there = compared(replace(one, varying=tuple(varying)), other)
    back = compared(one, replace(other, varying=tuple(varying)))
    assert (there.verdict, there.counters, there.statements) == (back.verdict, back.counters, back.statements)
    assert set(there.excluded) == set(back.excluded) == varying
    assert not varying & {change.counter for change in there.counters}
    assert there.statements == () or "statements" not in varying


def test_nested_calls_that_were_not_counted_are_not_compared() -> None:
    assert compared(counts(SELECT, nested_calls=None), counts(SELECT, nested_calls=("a.b",))).counters == ()


def test_a_contender_that_fails_is_wrong_however_little_it_does() -> None:
    failed = ExactOperation("Publisher.getSites", (), 0, 0, 0, 0, 0, problem="expected [], got None")
    comparison = compared(counts(SELECT), failed)
    assert (comparison.verdict, comparison.problem) == ("wrong", "expected [], got None")
    assert (comparison.counters, comparison.statements) == ((), ())


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (ReadAnswer("d2", 3, "[]"), "answers differ: 2 rows, 3 rows"),
        (ReadAnswer("d2", None, "7"), "answers differ: 2 rows, one value"),
        (ReadAnswer("d2", 2, '[["a"],["c"]]'), 'answers differ: 2 rows, [["a"],["b"]] became [["a"],["c"]]'),
        (
            ReadAnswer("d2", 2, '[["a"],["b"]]'),
            "answers differ: 2 rows on both sides, not in the first 13 characters",
        ),
    ],
)
def test_a_contender_that_answers_otherwise_is_wrong(answer: ReadAnswer, problem: str) -> None:
    comparison = compared(counts(SELECT, SELECT), counts(SELECT, answer=answer))
    assert (comparison.verdict, comparison.problem) == ("wrong", problem)
    assert [change.counter for change in comparison.counters] == [
        "statements",
        "rows_examined",
        "rows_sent",
    ]


def test_a_long_answer_shows_where_it_differs() -> None:
    one, other = ("x" * 100 + text for text in ("Active", "Banned" + "y" * 100))
    comparison = compared(
        counts(SELECT, answer=ReadAnswer("d1", 1, one)), counts(SELECT, answer=ReadAnswer("d2", 1, other))
    )
    before = "…" + "x" * 20
    assert comparison.problem == f"answers differ: 1 row, {before}Active became {before}Banned{'y' * 34}"


def test_an_answer_that_varies_by_itself_is_not_compared() -> None:
    other = counts(SELECT, answer=ReadAnswer("d2", 3, "[]"), varying=("answer",))
    assert compared(counts(SELECT), other).verdict == "same"


def test_what_cannot_be_compared_is_listed_with_the_build_that_lacks_it() -> None:
    old = [
        counts(SELECT, operation="both"),
        counts(operation="broken", problem="KeyError"),
        counts(operation="gone"),
        counts(operation="broken and gone", problem="KeyError"),
    ]
    new = [counts(SELECT, operation="new"), counts(SELECT, operation="broken"), counts(SELECT, operation="both")]
    assert [one.operation for one in compare_exact(old, new)] == ["both"]
    lacking = "the build does not have it"
    assert set(absent_operations(old, new, ("8.0.86", "9.1.22"))) == {
        AbsentOperation("new", "8.0.86", lacking),
        AbsentOperation("broken", "8.0.86", "KeyError"),
        AbsentOperation("gone", "9.1.22", lacking),
        AbsentOperation("broken and gone", "8.0.86", "KeyError"),
        AbsentOperation("broken and gone", "9.1.22", lacking),
    }


def test_a_method_that_a_build_does_not_have_is_absent_not_wrong() -> None:
    no_method = "the service has no such method: HTTP status 501"
    old = [counts(SELECT, operation="both"), counts(SELECT, operation="gone"), counts(SELECT, operation="broke")]
    new = [
        counts(SELECT, operation="both"),
        counts(operation="gone", problem=no_method, absent=True),
        counts(operation="broke", problem="HTTP status 500: KeyError('self')"),
    ]
    assert [(one.operation, one.verdict) for one in compare_exact(old, new)] == [
        ("both", "same"),
        ("broke", "wrong"),
    ]
    assert absent_operations(old, new, ("9.0.28", "9.1.22")) == (AbsentOperation("gone", "9.1.22", no_method),)


def test_what_is_broken_in_both_builds_is_listed_for_both_and_not_judged() -> None:
    broken = [counts(operation="broken", problem="HTTP status 500: KeyError('self')")]
    assert compare_exact(broken, broken) == ()
    assert absent_operations(broken, broken, ("9.0.28", "9.1.22")) == tuple(
        AbsentOperation("broken", build, "HTTP status 500: KeyError('self')") for build in ("9.0.28", "9.1.22")
    )


def test_what_the_contender_has_repaired_is_listed_for_the_baseline_alone() -> None:
    broken, right = [counts(operation="one", problem="KeyError")], [counts(SELECT, operation="one")]
    assert absent_operations(broken, right, ("9.0.28", "9.1.22")) == (
        AbsentOperation("one", "9.0.28", "KeyError"),
    )
