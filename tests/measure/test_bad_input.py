"""Odd arguments on a real DIRAC: each call works and reads back what it wrote, or is counted with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.counted import ExactOperation
from harness.measure.exact import count_operations
from harness.stack.lifecycle import Stack
from scenarios.answers import exactly, nothing
from scenarios.catalogue import read_catalogue
from scenarios.operation import Call, Operation

pytestmark = pytest.mark.stack

#: What SQL, JSON, a form and a log each have a meaning for, and letters of one to four bytes.
ODD_NAME = 'o\'brien "é" 中 😀 %s \\n & = + ; -- `x`'


@pytest.fixture(scope="module")
def stack(loaded_stack: Callable[[str], Stack]) -> Stack:
    return loaded_stack("S")


@pytest.fixture
def counted(stack: Stack) -> Callable[..., ExactOperation]:
    """One call, as the exact lane counts it."""

    def count(method: str, *arguments: Any, check: Callable[[object], str | None] = nothing) -> ExactOperation:
        call = Call(list(arguments), check)
        operation = Operation(f"ResourceStatus.{method}", "ResourceStatus", method, "read", lambda *_: call)
        (one,) = count_operations(stack, read_catalogue(stack.catalogue_file), [operation], repetitions=1)
        return one

    return count


def row(name: str, reason: str) -> dict[str, str]:
    return {
        "Name": name,
        "StatusType": "all",
        "Status": "Active",
        "ElementType": "FTS",
        "Reason": reason,
        "VO": "all",
    }


def select(name: object, *columns: str) -> tuple[str, dict[str, object]]:
    return "ResourceStatus", {"Name": name, "VO": "all", "Meta": {"columns": list(columns)}}


@pytest.mark.parametrize(
    ("method", "arguments", "reason"),
    [
        ("select", ["NoSuchTable", {}], "does not contain a NoSuchTable object"),
        ("insert", ["NoSuchTable", {}], "does not contain a NoSuchTable object"),
        ("delete", ["NoSuchTable", {}], "does not contain a NoSuchTable object"),
        ("select", ["SiteStatus", {"Nowhere": "x"}], "HTTP status 500: AttributeError(\"type object 'SiteStatus'"),
        ("select", ["SiteStatus", {"Meta": {"columns": ["Nowhere"]}}], "HTTP status 500: AttributeError("),
        ("delete", ["SiteStatus", {"Nowhere": "x"}], "HTTP status 500: AttributeError("),
        ("addOrModify", ["ResourceStatus", row("long", "x" * 513)], "Data too long for column 'Reason'"),
        ("addOrModify", ["ResourceStatus", row("x" * 65, "long")], "Data too long for column 'Name'"),
        ("noSuchMethod", [], "the service has no such method"),
    ],
)
def test_what_cannot_be_done_is_counted_with_its_reason(
    method: str, arguments: list[object], reason: str, counted: Callable[..., ExactOperation]
) -> None:
    one = counted(method, *arguments)
    assert reason in (one.problem or "")
    assert one.statements == ()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("reason-512", "é" * 512), (ODD_NAME, ODD_NAME), ("n" * 64, "a name of 64 letters")],
)
def test_what_the_columns_can_hold_is_written_and_read_back(
    name: str, reason: str, counted: Callable[..., ExactOperation]
) -> None:
    assert counted("addOrModify", "ResourceStatus", row(name, reason)).problem is None
    read = counted("select", *select(name, "Name", "Reason"), check=exactly([[name, reason]]))
    assert read.problem is None
    assert read.rows_examined == 1


def test_a_list_of_ten_thousand_names_is_answered_with_the_rows_that_are_there(
    stack: Stack, counted: Callable[..., ExactOperation]
) -> None:
    catalogue = read_catalogue(stack.catalogue_file)
    there = [[one.Name, one.StatusType] for one in catalogue.resource_status]
    names = [f"nobody-{number:05d}.example" for number in range(10_000 - len(there))] + [name for name, _ in there]
    one = counted("select", *select(names, "Name", "StatusType"), check=exactly(there))
    assert one.problem is None
    assert one.request_bytes > 10_000 * len("nobody-00000.example")
    assert one.statements[0].text.endswith("IN (...) AND `ResourceStatus`.`VO` = ?")
    assert one.statements[0].rows_sent == len(there)
