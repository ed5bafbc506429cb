"""What was acknowledged has to be there for the next one who asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from harness.measure.read_back import NotThereError, read_back
from scenarios.operation import TokenColumn
from scenarios.rpc import Answer

MAIL = TokenColumn("ResourceStatusDB", "ResourceStatusCache", "ResourceName", selected_by="Name")

Select = Callable[[list[str]], Any]


class Service:
    """Selects from ``rows`` as ``select`` says, and remembers what it was asked."""

    def __init__(self, select: Select, status: int = 200) -> None:
        self.rows: list[str] = []
        self.asked: list[tuple[str, str, list[Any]]] = []
        self._select = select
        self._status = status

    def call(self, service: str, method: str, arguments: list[Any]) -> Answer:
        self.asked.append((service, method, arguments))
        return Answer(self._status, msgspec.json.encode(self._select(self.rows)), 0, 0, 0)


def found(rows: list[str]) -> dict[str, Any]:
    return {"OK": True, "Value": [[row] for row in rows]}


def write(service: Service, *rows: str) -> None:
    with read_back(service, MAIL, "token-1"):  # type: ignore[arg-type]
        service.rows += rows


def test_a_row_that_is_there_is_asked_for_by_its_token_before_and_after() -> None:
    service = Service(found)
    write(service, "token-1")
    question = ["ResourceStatusCache", {"Name": "token-1", "Meta": {"columns": ["Name"]}}]
    assert service.asked == [("ResourceStatus", "select", question)] * 2


def test_a_write_that_was_only_acknowledged_is_named() -> None:
    with pytest.raises(NotThereError, match="not there when ResourceStatusCache is selected by ResourceName"):
        write(Service(found))


def test_an_answer_that_is_remembered_is_found_out() -> None:
    first: list[dict[str, Any]] = []

    def remembered(rows: list[str]) -> dict[str, Any]:
        first.append(found(rows))
        return first[0]

    with pytest.raises(NotThereError):
        write(Service(remembered), "token-1")


@pytest.mark.parametrize(
    "service", [Service(lambda _: {"OK": False, "Message": "no"}), Service(lambda _: "a page", status=500)]
)
def test_a_release_that_cannot_select_it_says_nothing_of_the_write(service: Service) -> None:
    write(service)


def test_a_select_that_fails_after_the_write_only_is_no_proof() -> None:
    with pytest.raises(NotThereError):
        write(Service(lambda rows: {"OK": False, "Message": "no"} if rows else found(rows)), "token-1")
