"""Operations of the Publisher service: what the web pages of elements ask for. Each makes a nested RPC."""

from __future__ import annotations

from collections.abc import Callable

from scenarios.answers import columns, rows_of
from scenarios.catalogue import Catalogue
from scenarios.operation import Call, Operation
from scenarios.prepared import Prepared, ToCall, in_turn, shuffled, untouched_rows


def _element_statuses(catalogue: Catalogue) -> ToCall:
    """The page of one element."""
    expected: dict[str, list[list[str]]] = {}
    for row in catalogue.resource_status:
        expected.setdefault(row.Name, []).append([row.Name, row.StatusType, row.Status])
    return in_turn(
        [
            Call(["Resource", name, None, None, None, None], columns(expected[name], (0, 1, 2)))
            for name in shuffled(catalogue, list(expected))
        ]
    )


def _site_statuses(catalogue: Catalogue) -> ToCall:
    """The list of all sites."""
    expected = [[row.Name, row.StatusType, row.Status] for row in catalogue.site_status]
    return in_turn([Call(["Site", None, None, None, None, None], columns(expected, (0, 1, 2)))])


def _element_history(catalogue: Catalogue) -> ToCall:
    """The history of one element: Status, DateEffective, Reason."""
    known = set(catalogue.history_of)
    calls = []
    for row in untouched_rows(catalogue, catalogue.resource_status):
        # the catalogue knows whether an element has a history, not how long it is
        check = rows_of(3, fewest=1) if (row.Name, row.StatusType) in known else rows_of(3, fewest=0, most=0)
        calls.append(Call(["Resource", row.Name, row.ElementType, row.StatusType], check))
    return in_turn(calls)


def _element_policies(catalogue: Catalogue) -> ToCall:
    """The policies of one element: Status, PolicyName, DateEffective, LastCheckTime, Reason."""
    expected: dict[tuple[str, str, str], list[list[str]]] = {}
    for row in catalogue.policy_results:
        expected.setdefault((row.Element, row.Name, row.StatusType), []).append([row.Status, row.PolicyName])
    return in_turn(
        [Call(list(key), columns(expected[key], (0, 1))) for key in shuffled(catalogue, list(expected))]
    )


def _read(method: str, what: str, prepare: Callable[[Catalogue], ToCall]) -> Operation:
    return Operation(f"Publisher.{method}{what}", "Publisher", method, "read", Prepared(prepare))


PUBLISHER_OPERATIONS = (
    _read("getElementStatuses", "", _element_statuses),
    _read("getElementStatuses", " of all sites", _site_statuses),
    _read("getElementHistory", "", _element_history),
    _read("getElementPolicies", "", _element_policies),
)
