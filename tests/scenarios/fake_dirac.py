"""A data set, and DIRAC's answers on it, in memory."""

from __future__ import annotations

import copy
from typing import Any

from harness.dataset.content import catalogue_of, table_contents
from harness.dataset.installation import host_of_storage_element, installation_of
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
    "JobCache": "Site Status Efficiency MaskStatus LastCheckTime",
    "GGUSTicketsCache": "GocSite Tickets OpenTickets Link LastCheckTime",
    "SpaceTokenOccupancyCache": "Token Guaranteed Free Total LastCheckTime",
    "ResourceHistory": f"ID {STATUS_ORDER}",
    "SiteHistory": f"ID {STATUS_ORDER}",
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
        self.names = installation_of(PROFILES[profile])
        counted = {table: len(rows) for table, rows in self.tables.items()}
        self.catalogue = catalogue_of(PROFILES[profile], 3, counted)

    def answer(self, operation: Operation, arguments: list[Any]) -> Any:
        """The value of a read: rows, but for some of the Publisher's, which asks the other services."""
        if operation.method == "select":
            return self.select(*copy.deepcopy(arguments))
        if operation.method == "getElementPolicies":
            element, name, status_type = arguments
            columns = ["Status", "PolicyName", "DateEffective", "LastCheckTime", "Reason"]
            filters = {"Element": element, "Name": name, "StatusType": status_type}
            return self.select("PolicyResult", filters | {"Meta": {"columns": columns}})
        if operation.method in dir(self):
            return getattr(self, operation.method)(*arguments)
        element, name, element_type, status_type, *_ = arguments
        filters = {"Name": name, "ElementType": element_type, "StatusType": status_type, "VO": "all"}
        if operation.method == "getElementStatuses":
            return self.select(f"{element}Status", filters)
        assert operation.method == "getElementHistory"
        columns = ["Status", "DateEffective", "Reason"]
        return self.select(f"{element}History", filters | {"Meta": {"columns": columns}})

    def getSites(self) -> list[str]:  # noqa: N802
        return list(self.names.sites)

    def getNodeStatuses(self) -> list[list[Any]]:  # noqa: N802
        return []

    def getSitesResources(self, asked: str | None) -> dict[str, dict[str, list[str]]]:  # noqa: N802
        return {
            site: {
                "ces": self._elements(site, self.names.computing_elements),
                "ses": [host_of_storage_element(one) for one in self._elements(site, self.names.storage_elements)],
            }
            for site in ([asked] if asked else self.names.sites)
        }

    def getTree(self, _element_type: str, name: str) -> dict[str, Any]:  # noqa: N802
        site = self.names.site_of[name]
        meta = {"columns": ["Name", "StatusType", "Status"]}
        tree: dict[str, Any] = {
            "statusTypes": {
                row[1]: row[2] for row in self.select("SiteStatus", {"Name": site, "Meta": dict(meta)})
            }
        }
        kinds = {"ces": self.names.computing_elements, "ses": self.names.storage_elements}
        for key, known in kinds.items():
            tree[key] = {}
            names = self._elements(site, known)
            for element, status_type, status in self.select("ResourceStatus", {"Name": names, "Meta": dict(meta)}):
                tree[key].setdefault(element, {})[status_type] = status
        return {site: tree}

    def getDowntimes(self, element: str, element_type: str, name: str) -> list[list[Any]]:  # noqa: N802
        columns = ["StartDate", "EndDate", "Link", "Description", "Severity"]
        host = host_of_storage_element(name) if element_type == "StorageElement" else name
        return self.select("DowntimeCache", {"Element": element, "Name": host, "Meta": {"columns": columns}})

    def getCachedDowntimes(  # noqa: N802
        self, element: str, _element_type: None, name: None, severity: str
    ) -> list[list[Any]]:
        columns = ["Element", "Name", "StartDate", "EndDate", "Severity", "Description", "Link"]
        filters = {"Element": element, "Name": name, "Severity": severity, "Meta": {"columns": columns}}
        return self.select("DowntimeCache", filters)

    def _elements(self, site: str, known: tuple[str, ...]) -> list[str]:
        return [name for name in self.names.elements_of_site[site] if name in known]

    def select(self, table: str, params: dict[str, Any]) -> list[list[Any]]:
        meta = params.pop("Meta", {})
        rows = self.tables.get(table, [])
        for column, wanted in params.items():
            if wanted:
                values = wanted if isinstance(wanted, list) else [wanted]
                rows = [row for row in rows if self._json(column, row[column]) in values]
        if "older" in meta:
            column, limit = meta["older"]
            rows = [row for row in rows if row[column] < limit["obj"]]
        if "newer" in meta:
            column, limit = meta["newer"]
            rows = [row for row in rows if row[column] > limit["obj"]]
        if "order" in meta:
            column, direction = meta["order"]
            rows = sorted(rows, key=lambda row: row[column], reverse=direction == "desc")
        columns = meta.get("columns") or ORDER.get(table, "").split()
        return [[self._json(column, row[column]) for column in columns] for row in rows[: meta.get("limit")]]

    @staticmethod
    def _json(column: str, value: object) -> object:
        return {"__dCls": "dt", "obj": value} if column in INSTANTS else value
