"""What an RSS that others use holds, asked of itself in a few selects: names that reads may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.errors import StackError
from harness.external.asking import Asking
from scenarios.catalogue import Catalogue, DowntimeRow, PilotRow, PolicyRow, StatusRow
from scenarios.own_elements import OWN_PREFIX

#: Of the tables that have many rows for each element.
MOST_ROWS = 2_000

_STATUS = ["Name", "StatusType", "VO", "Status", "Reason", "DateEffective", "TokenExpiration", "ElementType"]
_STATUS += ["LastCheckTime", "TokenOwner"]
_DOWNTIME = ["DowntimeID", "Element", "Name", "GOCDBServiceType", "Severity", "Link", "StartDate", "EndDate"]
_PILOT = ["Site", "CE", "VO"]
_POLICY = ["PolicyName", "StatusType", "Element", "Name", "VO", "Status"]


def ask_catalogue(asking: Asking, *, with_management: bool) -> tuple[Catalogue, frozenset[str]]:
    """The catalogue, and the names of the suite's own elements that an earlier run left.

    ``with_management``: whether the service ResourceManagement can be reached. StackError when it is no RSS.
    """
    statuses = _rows(asking, "ResourceStatus", "ResourceStatus", _STATUS, {"VO": "all"})
    sites = _rows(asking, "ResourceStatus", "SiteStatus", _STATUS, {"VO": "all"})
    management: dict[str, list[dict[str, Any]]] = {"DowntimeCache": [], "PilotCache": [], "PolicyResult": []}
    if with_management:
        for table, columns in (("DowntimeCache", _DOWNTIME), ("PilotCache", _PILOT), ("PolicyResult", _POLICY)):
            management[table] = _rows(asking, "ResourceManagement", table, columns, {})
    own = frozenset(
        str(row[key])
        for row in (*statuses, *sites, *(row for rows in management.values() for row in rows))
        for key in ("Name", "Site")
        if str(row.get(key)).startswith(OWN_PREFIX)
    )

    def foreign(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if not {row.get("Name"), row.get("Site")} & own]

    return _catalogue(
        foreign(statuses), foreign(sites), {name: foreign(rows) for name, rows in management.items()}
    ), own


def _catalogue(
    statuses: list[dict[str, Any]], sites: list[dict[str, Any]], management: Mapping[str, list[dict[str, Any]]]
) -> Catalogue:
    def named(element_type: str) -> tuple[str, ...]:
        found = (row["Name"] for row in statuses if row["ElementType"] == element_type)
        return tuple(dict.fromkeys(found))

    vos = (row["VO"] for rows in (statuses, *management.values()) for row in rows if row.get("VO"))
    return Catalogue(
        profile="external",
        seed=0,
        sites=tuple(dict.fromkeys(row["Name"] for row in sites)),
        computing_elements=named("ComputingElement"),
        storage_elements=named("StorageElement"),
        fts_servers=named("FTS"),
        vos=tuple(dict.fromkeys(vo for vo in vos if vo != "all")),
        elements_of_site={},
        resource_status=tuple(StatusRow(**row) for row in statuses),
        site_status=tuple(StatusRow(**row) for row in sites),
        downtimes=tuple(DowntimeRow(**row) for row in management["DowntimeCache"]),
        pilots=tuple(PilotRow(**row) for row in management["PilotCache"]),
        policy_results=tuple(PolicyRow(**row) for row in management["PolicyResult"]),
        history_of=(),
        rows={"ResourceStatus": len(statuses), "SiteStatus": len(sites)}
        | {name: len(rows) for name, rows in management.items()},
    )


def _rows(
    asking: Asking, service: str, table: str, columns: list[str], filters: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Rows by column, values as texts. The status tables come whole: they have a few rows for each element."""
    meta: dict[str, Any] = {"columns": columns}
    if not filters:
        meta["limit"] = MOST_ROWS
    value = asking.ask(service, "select", [table, {**filters, "Meta": meta}])
    if not isinstance(value, list) or any(not isinstance(row, list) or len(row) != len(columns) for row in value):
        raise StackError(
            f"{service}.select of {table} answers no rows of {len(columns)} columns: {repr(value)[:200]}"
        )
    return [{name: _text(cell) for name, cell in zip(columns, row, strict=True)} for row in value]


def _text(cell: object) -> str:
    """An instant as DIRAC's JSON has it becomes the text in it."""
    if isinstance(cell, dict):
        return str(cell.get("obj", ""))
    return "" if cell is None else str(cell)
