"""Reads of the ResourceStatus service, with the arguments that DIRAC 9.1's own clients send.

DIRAC's client adds ``VO: all`` to everything but one select of LogStatusAction, which asks for all VOs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from scenarios.answers import at_least, columns, dirac_instant, exactly, rows_of
from scenarios.catalogue import Catalogue, StatusRow
from scenarios.operation import Call, Operation
from scenarios.prepared import Prepared, ToCall, in_turn, shuffled, untouched_rows

#: Rows that reads of a whole table look for, one per request in turn.
SPOT_CHECKS = 16


def status_values(row: StatusRow) -> list[Any]:
    """The row as ``select`` without columns answers it."""
    return [
        row.Name,
        row.StatusType,
        row.Status,
        row.Reason,
        dirac_instant(row.DateEffective),
        dirac_instant(row.TokenExpiration),
        row.ElementType,
        dirac_instant(row.LastCheckTime),
        row.TokenOwner,
        row.VO,
    ]


def _full_table(catalogue: Catalogue) -> ToCall:
    """What every process that asks for a resource's status fills its cache with."""
    rows = catalogue.resource_status
    names = ["Name", "ElementType", "StatusType", "Status", "VO"]
    arguments = ["ResourceStatus", {"VO": "all", "Meta": {"columns": names}}]
    return _whole(catalogue, arguments, rows, lambda row: [getattr(row, name) for name in names])


def _full_site_table(catalogue: Catalogue) -> ToCall:
    names = ["Name", "Status", "VO"]
    arguments = ["SiteStatus", {"VO": "all", "Meta": {"columns": names}}]
    return _whole(catalogue, arguments, catalogue.site_status, lambda row: [getattr(row, name) for name in names])


def _all_columns(catalogue: Catalogue) -> ToCall:
    """ElementInspectorAgent, at the start of each cycle."""
    return _whole(catalogue, ["ResourceStatus", {"VO": "all"}], catalogue.resource_status, status_values)


def _whole(
    catalogue: Catalogue,
    arguments: list[Any],
    rows: Sequence[StatusRow],
    answer: Callable[[StatusRow], list[Any]],
) -> ToCall:
    spots = untouched_rows(catalogue, rows)[:SPOT_CHECKS]
    return in_turn([Call(arguments, at_least(len(rows), answer(row))) for row in spots])


def _by_name(catalogue: Catalogue) -> ToCall:
    """PropagationCommand, for each element of a site."""
    statuses: dict[str, list[list[str]]] = {}
    for row in catalogue.resource_status:
        statuses.setdefault(row.Name, []).append([row.Status])
    meta = {"columns": ["Status"]}
    return in_turn(
        [
            Call(["ResourceStatus", {"Name": name, "Meta": meta, "VO": "all"}], exactly(statuses[name]))
            for name in shuffled(catalogue, list(statuses))
        ]
    )


def _exact_row(catalogue: Catalogue) -> ToCall:
    """PEP, before its actions, to see that nobody has changed the row meanwhile."""
    calls = []
    for row in untouched_rows(catalogue, catalogue.resource_status):
        filters = {
            "Name": row.Name,
            "StatusType": row.StatusType,
            "Status": row.Status,
            "ElementType": row.ElementType,
            "Reason": row.Reason,
            "DateEffective": dirac_instant(row.DateEffective),
            "LastCheckTime": dirac_instant(row.LastCheckTime),
            "TokenOwner": row.TokenOwner,
            "TokenExpiration": dirac_instant(row.TokenExpiration),
            "VO": row.VO,
        }
        calls.append(Call(["ResourceStatus", filters], exactly([status_values(row)])))
    return in_turn(calls)


def _by_name_and_token_owner(catalogue: Catalogue) -> ToCall:
    """LogStatusAction: all VOs and all status types of a name."""
    expected: dict[str, list[list[str]]] = {}
    for row in catalogue.resource_status:
        if row.TokenOwner == "rs_svc":
            expected.setdefault(row.Name, []).append([row.Name, row.StatusType, row.Status, row.VO])
    calls = []
    for name in shuffled(catalogue, list(expected)):
        # the answer may hold rows of other VOs, which are not in the catalogue
        check = columns(expected[name], (0, 1, 2, 9), known=lambda row: row[9] == "all")
        calls.append(Call(["ResourceStatus", {"Name": name, "TokenOwner": "rs_svc"}], check))
    return in_turn(calls)


def _last_history(catalogue: Catalogue) -> ToCall:
    """SummarizeLogsAgent, for each element it finds in the log."""
    known = set(catalogue.history_of)
    meta = {"columns": ["Status", "TokenOwner"], "limit": 1, "order": ["DateEffective", "desc"]}
    calls = []
    for row in untouched_rows(catalogue, catalogue.resource_status):
        filters = {"Name": row.Name, "StatusType": row.StatusType, "Meta": meta, "VO": "all"}
        rows = int((row.Name, row.StatusType) in known)
        calls.append(Call(["ResourceHistory", filters], rows_of(2, fewest=rows, most=rows)))
    return in_turn(calls)


def _log(_catalogue: Catalogue) -> ToCall:
    """SummarizeLogsAgent reads the whole table: how much that is depends on the load."""
    return in_turn([Call(["ResourceLog", {"VO": "all"}], rows_of(11, fewest=0))])


def _read(what: str, prepare: Callable[[Catalogue], ToCall]) -> Operation:
    return Operation(f"ResourceStatus.{what}", "ResourceStatus", "select", "read", Prepared(prepare))


RESOURCE_STATUS_READS = (
    _read("select full table", _full_table),
    _read("select all columns", _all_columns),
    _read("select site status full", _full_site_table),
    _read("select by name", _by_name),
    _read("select exact row", _exact_row),
    _read("select by name and token owner", _by_name_and_token_owner),
    _read("select last history", _last_history),
    _read("select log", _log),
)
