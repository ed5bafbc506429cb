"""A data set, and DIRAC's answers on it, in memory."""

from __future__ import annotations

import copy
from typing import Any

from harness.dataset.content import catalogue_of, table_contents
from harness.dataset.profiles import PROFILES
from scenarios.operation import Operation
from scenarios.operations import OPERATIONS

INSTANTS = {"DateEffective", "TokenExpiration", "LastCheckTime", "StartDate", "EndDate"}
STATUS_ORDER = (
    "Name StatusType Status Reason DateEffective TokenExpiration ElementType LastCheckTime TokenOwner VO"
)
#: the order of columns in DIRAC's answers to a select that names none
ORDER = {
    "ResourceStatus": STATUS_ORDER,
    "SiteStatus": STATUS_ORDER,
    "ResourceLog": f"ID {STATUS_ORDER}",
    "DowntimeCache": "DowntimeID Name Element GOCDBServiceType Severity Description Link StartDate EndDate "
    "DateEffective LastCheckTime",
    "PilotCache": "Site CE Status PilotJobEff PilotsPerJob LastCheckTime VO",
}


def by_name(operation: Operation) -> str:
    return operation.name


def named(name: str) -> Operation:
    return next(operation for operation in OPERATIONS if operation.name == name)


def token(number: int) -> str:
    return f"0123456789abcdef-0-{number:07d}"


class FakeDirac:
    """``catalogue`` is that of its data set."""

    def __init__(self, profile: str) -> None:
        contents = table_contents(PROFILES[profile], seed=3)
        self.tables = {
            content.table: [
                dict(zip(content.columns, row, strict=True), ID=number)
                for number, row in enumerate(content.rows(), start=1)
            ]
            for content in contents
        }
        counted = {table: len(rows) for table, rows in self.tables.items()}
        self.catalogue = catalogue_of(PROFILES[profile], 3, counted)

    def answer(self, operation: Operation, arguments: list[Any]) -> list[list[Any]]:
        """The rows of a read; the Publisher asks the other services."""
        if operation.method == "select":
            return self.select(*copy.deepcopy(arguments))
        if operation.method == "getElementPolicies":
            element, name, status_type = arguments
            columns = ["Status", "PolicyName", "DateEffective", "LastCheckTime", "Reason"]
            filters = {"Element": element, "Name": name, "StatusType": status_type}
            return self.select("PolicyResult", filters | {"Meta": {"columns": columns}})
        element, name, element_type, status_type, *_ = arguments
        filters = {"Name": name, "ElementType": element_type, "StatusType": status_type, "VO": "all"}
        if operation.method == "getElementStatuses":
            return self.select(f"{element}Status", filters)
        assert operation.method == "getElementHistory"
        columns = ["Status", "DateEffective", "Reason"]
        return self.select(f"{element}History", filters | {"Meta": {"columns": columns}})

    def select(self, table: str, params: dict[str, Any]) -> list[list[Any]]:
        meta = params.pop("Meta", {})
        rows = self.tables[table]
        for column, wanted in params.items():
            if wanted:
                values = wanted if isinstance(wanted, list) else [wanted]
                rows = [row for row in rows if self._json(column, row[column]) in values]
        if "order" in meta:
            rows = sorted(rows, key=lambda row: row[meta["order"][0]], reverse=True)
        columns = meta.get("columns") or ORDER[table].split()
        return [[self._json(column, row[column]) for column in columns] for row in rows[: meta.get("limit")]]

    @staticmethod
    def _json(column: str, value: object) -> object:
        return {"__dCls": "dt", "obj": value} if column in INSTANTS else value
