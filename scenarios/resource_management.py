"""Operations of the ResourceManagement service, with the arguments that DIRAC 9.1's own clients send."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from scenarios.answers import columns, dirac_instant, nothing
from scenarios.catalogue import Catalogue, DowntimeRow, PolicyRow
from scenarios.operation import Call, Operation, TokenColumn
from scenarios.prepared import Prepared, ToCall, in_turn, on_each, shuffled

#: Room in PilotCache.Status, the only text column of that table that is no key.
PILOT_STATUS_LENGTH = 16

#: What DIRAC writes in place of a computing element in the row for a whole site.
ALL_OF_SITE = "Multiple"


def _downtimes(catalogue: Catalogue) -> ToCall:
    """DowntimeCommand, for each evaluation: most elements have none, as in production."""
    sites, computing = set(catalogue.sites), set(catalogue.computing_elements)
    service_type: dict[str, str] = {}
    found: dict[str, list[list[str]]] = {name: [] for name in (*catalogue.sites, *catalogue.computing_elements)}
    for row in catalogue.downtimes:
        service_type[row.Name] = row.GOCDBServiceType
        found.setdefault(row.Name, []).append([row.DowntimeID, row.Name, row.Element])
    calls = []
    for name in shuffled(catalogue, list(found)):
        # a storage element is asked for by the list of its hosts
        filters: dict[str, Any] = {"Element": "Site" if name in sites else "Resource"}
        filters["Name"] = name if name in sites or name in computing else [name]
        if service_type.get(name):
            filters["GOCDBServiceType"] = service_type[name]
        calls.append(Call(["DowntimeCache", filters], columns(found[name], (0, 1, 2))))
    return in_turn(calls)


def _pilots(catalogue: Catalogue) -> ToCall:
    """PilotCommand, for a computing element: by its name alone, which is the second part of the key."""
    found: dict[str, list[list[str]]] = {}
    for row in catalogue.pilots:
        if row.CE != ALL_OF_SITE:
            found.setdefault(row.CE, []).append([row.Site, row.CE, row.VO])
    names = shuffled(catalogue, list(found))
    return in_turn([Call(["PilotCache", {"CE": name}], columns(found[name], (0, 1, 6))) for name in names])


def _pilots_of_site(catalogue: Catalogue) -> ToCall:
    """PilotCommand, for a site: the row that sums up its computing elements."""
    found: dict[str, list[list[str]]] = {}
    for row in catalogue.pilots:
        if row.CE == ALL_OF_SITE:
            found.setdefault(row.Site, []).append([row.Site, row.CE, row.VO])
    return in_turn(
        [
            Call(["PilotCache", {"Site": site, "CE": ALL_OF_SITE}], columns(found[site], (0, 1, 6)))
            for site in shuffled(catalogue, list(found))
        ]
    )


def _policy_results(catalogue: Catalogue) -> ToCall:
    """Publisher, for the web page of an element."""
    names = ["Status", "PolicyName", "DateEffective", "LastCheckTime", "Reason"]
    found: dict[tuple[str, str, str], list[list[str]]] = {}
    for row in catalogue.policy_results:
        found.setdefault((row.Element, row.Name, row.StatusType), []).append([row.Status, row.PolicyName])
    calls = []
    for key in shuffled(catalogue, list(found)):
        element, name, status_type = key
        filters = {"Element": element, "Name": name, "StatusType": status_type, "Meta": {"columns": names}}
        calls.append(Call(["PolicyResult", filters], columns(found[key], (0, 1))))
    return in_turn(calls)


def _modify_policy_result(catalogue: Catalogue) -> ToCall:
    """LogPolicyResultAction, once per policy of each evaluation; it names no VO."""

    def call(row: PolicyRow, token: str) -> Call:
        return _policy_result(row, row.Name, token)

    return on_each(shuffled(catalogue, catalogue.policy_results), call)


def _new_policy_result(catalogue: Catalogue) -> ToCall:
    """LogPolicyResultAction, at the first evaluation of a new element."""

    def call(row: PolicyRow, token: str) -> Call:
        return _policy_result(row, f"new-{token}", token)

    return on_each(shuffled(catalogue, catalogue.policy_results), call)


def _policy_result(row: PolicyRow, name: str, token: str) -> Call:
    values = {
        "Element": row.Element,
        "Name": name,
        "PolicyName": row.PolicyName,
        "StatusType": row.StatusType,
        "Status": row.Status,
        "Reason": token,
    }
    return Call(
        ["PolicyResult", values], nothing, target=f"{row.PolicyName} {row.StatusType} {row.Element} {name}"
    )


def _modify_pilot(catalogue: Catalogue) -> ToCall:
    """CacheFeederAgent. It names no VO, so the first row of a site and computing element is written."""

    def call(row: tuple[str, str], token: str) -> Call:
        site, computing_element = row
        values: dict[str, Any] = {
            "Site": site,
            "CE": computing_element,
            "PilotsPerJob": 2.5,
            "PilotJobEff": 12.5,
            "Status": token[-PILOT_STATUS_LENGTH:],
        }
        return Call(["PilotCache", values], nothing, target=f"{site} {computing_element}")

    rows = list(Counter((row.Site, row.CE) for row in catalogue.pilots))
    return on_each(shuffled(catalogue, rows), call)


def _modify_downtime(catalogue: Catalogue) -> ToCall:
    """CacheFeederAgent, for each downtime that GOCDB still announces."""

    def call(row: DowntimeRow, token: str) -> Call:
        values = {
            "DowntimeID": row.DowntimeID,
            "Element": row.Element,
            "Name": row.Name,
            "StartDate": dirac_instant(row.StartDate),
            "EndDate": dirac_instant(row.EndDate),
            "Severity": row.Severity,
            "Description": token,
            "Link": row.Link,
            "GOCDBServiceType": row.GOCDBServiceType,
        }
        return Call(["DowntimeCache", values], nothing, target=row.DowntimeID)

    return on_each(shuffled(catalogue, catalogue.downtimes), call)


def _read(what: str, prepare: Callable[[Catalogue], ToCall]) -> Operation:
    return Operation(f"ResourceManagement.{what}", "ResourceManagement", "select", "read", Prepared(prepare))


def _write(what: str, prepare: Callable[[Catalogue], ToCall], column: TokenColumn) -> Operation:
    name = f"ResourceManagement.addOrModify {what}"
    return Operation(name, "ResourceManagement", "addOrModify", "write", Prepared(prepare), column)


_POLICY_REASON = TokenColumn("ResourceManagementDB", "PolicyResult", "Reason")
_PILOT_STATUS = TokenColumn("ResourceManagementDB", "PilotCache", "Status", PILOT_STATUS_LENGTH)
_DOWNTIME_DESCRIPTION = TokenColumn("ResourceManagementDB", "DowntimeCache", "Description")

RESOURCE_MANAGEMENT_OPERATIONS = (
    _read("select downtimes", _downtimes),
    _read("select pilots", _pilots),
    _read("select pilots of site", _pilots_of_site),
    _read("select policy results", _policy_results),
    _write("policy result", _modify_policy_result, _POLICY_REASON),
    _write("new policy result", _new_policy_result, _POLICY_REASON),
    _write("pilot", _modify_pilot, _PILOT_STATUS),
    _write("downtime", _modify_downtime, _DOWNTIME_DESCRIPTION),
)
