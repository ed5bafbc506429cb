"""Elements of the suite's own in an RSS that others use: made before the first write, removed after the last."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from harness.errors import StackError
from harness.external.asking import Asking
from scenarios.answers import dirac_instant
from scenarios.catalogue import Catalogue, DowntimeRow, PilotRow, PolicyRow, StatusRow
from scenarios.own_elements import OWN_PREFIX

#: How many elements, and as many sites; every second one is written to (scenarios/prepared.py).
ELEMENTS = 8

#: An instant that has passed, so that no agent of the RSS takes a row for news.
_LONG_AGO = "2020-01-01 00:00:00"
_NEVER = "9999-12-31 23:59:59"

_STATUS_FIELDS = ("Name", "StatusType", "VO", "Status", "Reason", "ElementType", "TokenOwner")
_POLICY_FIELDS = ("Element", "Name", "PolicyName", "StatusType", "Status")

_REASON = "made by rssbench, removed after its run"

#: Service, table and the column that names whose a row is. The site of a pilot is a name of ours, too.
_TABLES = (
    ("ResourceStatus", "ResourceStatus", "Name"),
    ("ResourceStatus", "ResourceLog", "Name"),
    ("ResourceStatus", "ResourceHistory", "Name"),
    ("ResourceStatus", "SiteStatus", "Name"),
    ("ResourceStatus", "SiteLog", "Name"),
    ("ResourceStatus", "SiteHistory", "Name"),
    ("ResourceManagement", "PolicyResult", "Name"),
    ("ResourceManagement", "PilotCache", "Site"),
    ("ResourceManagement", "DowntimeCache", "Name"),
)


def own_catalogue(run: str) -> Catalogue:
    """What writes may touch; ``run`` is in every name."""
    elements = [f"{OWN_PREFIX}{run}-ce{number}" for number in range(ELEMENTS)]
    sites = [f"{OWN_PREFIX}{run}-site{number}" for number in range(ELEMENTS)]
    return Catalogue(
        profile="external",
        seed=0,
        sites=tuple(sites),
        computing_elements=tuple(elements),
        storage_elements=(),
        fts_servers=(),
        vos=(),
        elements_of_site={},
        resource_status=tuple(_status(name, "ComputingElement") for name in elements),
        site_status=tuple(_status(name, "Site") for name in sites),
        downtimes=tuple(
            DowntimeRow(name, "Resource", name, "", "WARNING", "", _LONG_AGO, _LONG_AGO) for name in elements
        ),
        pilots=tuple(PilotRow(site, name, "all") for site, name in zip(sites, elements, strict=True)),
        policy_results=tuple(
            PolicyRow("rssbench", "all", "Resource", name, "all", "Unknown") for name in elements
        ),
        history_of=(),
        rows={},
    )


def new_run_name() -> str:
    return secrets.token_hex(4)


def check_permission(asking: Asking, names: Collection[str]) -> None:
    """Who may not remove the elements is not to make them: StackError. Nothing of these names is there yet."""
    for service, table, column in (_TABLES[0], _TABLES[-1]):
        asking.ask(service, "delete", [table, {column: _own(names)}])


def make_own_elements(asking: Asking, catalogue: Catalogue) -> None:
    """The rows that writes change. StackError when that is refused."""
    for service, table, values in _rows(catalogue):
        asking.ask(service, "addOrModify", [table, values])


def remove_own_elements(asking: Asking, names: Collection[str], *, with_management: bool) -> None:
    """Every row of these elements in every table. StackError that lists those that could not be removed."""
    wanted = _own(names)
    tables = [one for one in _TABLES if with_management or one[0] != "ResourceManagement"]
    problems = []
    for service, table, column in tables:
        try:
            asking.ask(service, "delete", [table, {column: wanted}])
            left = asking.ask(service, "select", [table, {column: wanted, "Meta": {"columns": [column]}}])
        except StackError as error:
            problems.append(str(error))
            continue
        if left:
            problems.append(f"{len(left)} rows of {table} are still there")
    if problems:
        raise StackError(
            f"elements of the suite's own could not all be removed: {'; '.join(problems)}. "
            f"Their names: {', '.join(wanted)}"
        )


def _fields(row: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _own(names: Collection[str]) -> list[str]:
    """As a filter of DIRAC's delete, which takes an empty one for none at all: the whole table. ValueError."""
    if not names or not all(name.startswith(OWN_PREFIX) for name in names):
        raise ValueError(f"not all of these are the suite's own: {', '.join(names) or 'no name'}")
    return sorted(names)


def _status(name: str, element_type: str) -> StatusRow:
    return StatusRow(
        Name=name,
        StatusType="all",
        VO="all",
        Status="Unknown",
        Reason=_REASON,
        DateEffective=_LONG_AGO,
        TokenExpiration=_NEVER,
        ElementType=element_type,
        LastCheckTime=_LONG_AGO,
        TokenOwner="rs_svc",
    )


def _rows(catalogue: Catalogue) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Service, table and values of everything that the catalogue says is there."""
    for table, statuses in (("ResourceStatus", catalogue.resource_status), ("SiteStatus", catalogue.site_status)):
        for row in statuses:
            yield "ResourceStatus", table, _fields(row, _STATUS_FIELDS)
    for policy in catalogue.policy_results:
        yield "ResourceManagement", "PolicyResult", _fields(policy, _POLICY_FIELDS) | {"Reason": _REASON}
    for pilot in catalogue.pilots:
        values = {
            "Site": pilot.Site,
            "CE": pilot.CE,
            "PilotsPerJob": 1.0,
            "PilotJobEff": 100.0,
            "Status": "Unknown",
        }
        yield "ResourceManagement", "PilotCache", values
    for downtime in catalogue.downtimes:
        yield (
            "ResourceManagement",
            "DowntimeCache",
            {
                "DowntimeID": downtime.DowntimeID,
                "Element": downtime.Element,
                "Name": downtime.Name,
                "StartDate": dirac_instant(downtime.StartDate),
                "EndDate": dirac_instant(downtime.EndDate),
                "Severity": downtime.Severity,
                "Description": _REASON,
                "Link": downtime.Link,
                "GOCDBServiceType": downtime.GOCDBServiceType,
            },
        )
