"""A counter that is not the same twice is named, and stays named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from harness.counted import ExactOperation, ReadAnswer, Statement
from harness.measure.exact_counts import merge_counts, without_bytes

COUNTED = ExactOperation(
    "Publisher.getTree",
    (Statement("SELECT ?", 3, 2, 0), Statement("COMMIT", 0, 0, 0)),
    rows_examined=3,
    commits=1,
    connections=0,
    request_bytes=100,
    response_bytes=200,
    nested_calls=("ResourceStatus.select",),
    answer=ReadAnswer("d1", 2, "[]"),
)
#: What a change of one thing makes vary.
CHANGES: list[tuple[dict[str, Any], set[str]]] = [
    (
        {"statements": (Statement("SELECT ? , ?", 3, 2, 0), COUNTED.statements[1])},
        {"statements"},
    ),
    (
        {"statements": (Statement("SELECT ?", 4, 2, 0), COUNTED.statements[1]), "rows_examined": 4},
        {"rows_examined"},
    ),
    (
        {"statements": (Statement("SELECT ?", 0, 2, 0), Statement("COMMIT", 3, 0, 0))},
        {"rows_examined"},
    ),
    ({"statements": (Statement("SELECT ?", 3, 3, 0), COUNTED.statements[1])}, {"rows_sent"}),
    ({"statements": (Statement("SELECT ?", 3, 2, 1), COUNTED.statements[1])}, {"rows_affected"}),
    ({"statements": COUNTED.statements[:1]}, {"statements", "rows_examined", "rows_sent", "rows_affected"}),
    ({"commits": 2}, {"commits"}),
    ({"connections": 1}, {"connections"}),
    ({"request_bytes": 101}, {"request_bytes"}),
    ({"response_bytes": 201}, {"response_bytes"}),
    ({"nested_calls": ("ResourceManagement.select",)}, {"nested_calls"}),
    ({"nested_calls": None}, {"nested_calls"}),
    ({"answer": ReadAnswer("d2", 2, "[]")}, {"answer"}),
]


@pytest.mark.parametrize(("change", "varying"), CHANGES, ids=map(str, range(len(CHANGES))))
def test_what_differs_is_named(change: dict[str, Any], varying: set[str]) -> None:
    other = replace(COUNTED, **change)
    assert merge_counts(COUNTED, other) == replace(other, varying=merge_counts(COUNTED, other).varying)
    assert set(merge_counts(COUNTED, other).varying) == varying
    assert set(merge_counts(other, COUNTED).varying) == varying


def test_equal_counts_vary_in_nothing() -> None:
    assert merge_counts(COUNTED, COUNTED) == COUNTED


@given(first=st.sets(st.sampled_from(["statements", "answer", "connections"])), second=st.booleans())
def test_what_varied_before_stays_named(first: set[str], second: bool) -> None:
    one, other = replace(COUNTED, varying=tuple(first)), replace(COUNTED, varying=("commits",) if second else ())
    expected = first | ({"commits"} if second else set())
    assert set(merge_counts(one, other).varying) == set(merge_counts(other, one).varying) == expected


def test_an_operation_that_failed_once_has_failed() -> None:
    failed = ExactOperation("Publisher.getTree", (), 0, 0, 0, 0, 0, problem="no such table")
    assert merge_counts(COUNTED, failed) == merge_counts(failed, COUNTED) == failed


def test_different_operations_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match=r"Publisher.getTree and Publisher.getSites"):
        merge_counts(COUNTED, replace(COUNTED, operation="Publisher.getSites"))


def test_bytes_decide_nothing_between_two_front_doors() -> None:
    counted = replace(COUNTED, varying=("connections", "request_bytes"))
    assert without_bytes(counted).varying == ("connections", "request_bytes", "response_bytes")
