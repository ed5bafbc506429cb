"""Which answers are taken for right."""

from __future__ import annotations

import pytest

from scenarios.catalogue import Catalogue
from scenarios.operation import Operation, Request
from scenarios.operations import OPERATIONS
from tests.scenarios.fake_dirac import FakeDirac, by_name, named, token

READS = [operation for operation in OPERATIONS if operation.kind == "read"]
#: how many rows there are is not known beforehand
OPEN = (
    "select log",
    "getElementHistory",
    "select site history",
    "history since",
    "select email cache",
    "of storage",
)
OPEN_READS = [read for read in READS if read.name.endswith(OPEN)]
#: there are none, and any would be wrong
EMPTY_READS = [read for read in READS if read.name.endswith(("select transfer", "getNodeStatuses"))]
#: others may add rows to a whole table
SMALL_READS = [
    read for read in READS if read not in OPEN_READS and not read.name.endswith(("table", "columns", "full"))
]


@pytest.fixture(scope="module", params=["S", "M"])
def dirac(request: pytest.FixtureRequest) -> FakeDirac:
    return FakeDirac(request.param)


@pytest.fixture(scope="module")
def catalogue(dirac: FakeDirac) -> Catalogue:
    return dirac.catalogue


@pytest.mark.parametrize("operation", READS, ids=by_name)
def test_the_right_rows_are_taken_for_right(operation: Operation, dirac: FakeDirac) -> None:
    for position in range(20):
        call = operation.call(dirac.catalogue, Request(position, token(position)))
        assert call.check(dirac.answer(operation, call.arguments)) is None


@pytest.mark.parametrize("operation", READS, ids=by_name)
@pytest.mark.parametrize("value", [None, {}, "rows", 3])
def test_what_is_no_list_of_rows_is_wrong(operation: Operation, value: object, catalogue: Catalogue) -> None:
    assert operation.call(catalogue, Request(0, token(0))).check(value)


@pytest.mark.parametrize("operation", SMALL_READS, ids=by_name)
@pytest.mark.parametrize("row", [[], ["surprise"], ["one", "all", "Active"]])
def test_a_row_of_another_kind_is_noticed(operation: Operation, row: list[str], dirac: FakeDirac) -> None:
    call = operation.call(dirac.catalogue, Request(0, token(0)))
    assert call.check([*dirac.answer(operation, call.arguments), row])


@pytest.mark.parametrize(
    "operation", [read for read in READS if read not in (*OPEN_READS, *EMPTY_READS)], ids=by_name
)
def test_a_missing_row_is_noticed(operation: Operation, dirac: FakeDirac) -> None:
    noticed = 0
    for position in range(40):
        call = operation.call(dirac.catalogue, Request(position, token(position)))
        rows = dirac.answer(operation, call.arguments)
        if rows:
            assert call.check(dict(list(rows.items())[1:]) if isinstance(rows, dict) else rows[1:])
            noticed += 1
    assert noticed or not dirac.catalogue.history_of


def test_a_history_that_should_be_there_is_missed() -> None:
    dirac = FakeDirac("M")
    call = named("Publisher.getElementHistory").call(dirac.catalogue, Request(0, token(0)))
    assert call.check([])


@pytest.mark.parametrize(
    "name",
    [
        "ResourceStatus.select full table",
        "ResourceStatus.select by name",
        "ResourceStatus.select exact row",
        "ResourceStatus.select by name and token owner",
        "ResourceManagement.select policy results",
        "Publisher.getElementStatuses",
        "Publisher.getElementPolicies",
    ],
)
def test_a_wrong_status_is_noticed(name: str, dirac: FakeDirac) -> None:
    operation = named(name)
    call = operation.call(dirac.catalogue, Request(0, token(0)))
    rows = dirac.answer(operation, call.arguments)
    statuses = ["Active", "Degraded", "Banned", "Probing", "Error", "Unknown"]
    wrong = [["Wrong" if value in statuses else value for value in row] for row in rows]
    assert wrong != rows
    assert call.check(wrong)


def test_rows_that_others_added_do_not_make_a_whole_table_wrong(dirac: FakeDirac) -> None:
    operation = named("ResourceStatus.select full table")
    call = operation.call(dirac.catalogue, Request(0, token(0)))
    rows = dirac.answer(operation, call.arguments)
    assert call.check([["new-1", "ComputingElement", "all", "Unknown", "all"], *rows]) is None
