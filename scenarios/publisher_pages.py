"""What the Publisher answers from the configuration and for other pages of the web portal, and the two writes that
a person makes there. Most make several nested RPCs.

The writes go to sites, whose tokens no read of the suite looks at. Their reason is the service's own text, so the
audit counts the rows in the log that have it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scenarios.answers import Check, columns, rows_of
from scenarios.catalogue import Catalogue, StatusRow
from scenarios.operation import Call, Left, Operation, Timed
from scenarios.prepared import Prepared, ToCall, in_turn, on_each, shuffled, untouched_rows, written_rows

#: As whom the generator writes: DIRAC puts it into the reason. Releases before 8.0 take it from the arguments.
USER = "admin"


def _sites(catalogue: Catalogue) -> ToCall:
    """All of the configuration."""

    def check(value: object) -> str | None:
        if isinstance(value, list) and sorted(map(str, value)) == sorted(catalogue.sites):
            return None
        return f"expected the {len(catalogue.sites)} sites of the configuration, got {value!r:.300}"

    return in_turn([Call([], check)])


def _resources_of(catalogue: Catalogue) -> ToCall:
    """The page of one site."""
    return in_turn([Call([site], _resources(catalogue, [site])) for site in shuffled(catalogue, catalogue.sites)])


def _resources_of_all(catalogue: Catalogue) -> ToCall:
    """The page of all sites. DIRAC reads the configuration of all sites anew for each of them."""
    return in_turn([Call([None], _resources(catalogue, list(catalogue.sites)))])


def _resources(catalogue: Catalogue, sites: list[str]) -> Check:
    """The computing elements of these sites and no other; for each site with storage the hosts of it."""
    computing = set(catalogue.computing_elements)
    elements = catalogue.elements_of_site
    expected = {site: sorted(computing & set(elements[site])) for site in sites}

    def check(value: object) -> str | None:
        if not isinstance(value, dict) or value.keys() != expected.keys():
            return f"expected the sites {sites!r:.200}, got {value!r:.300}"
        for site, found in value.items():
            if sorted(found["ces"]) != expected[site]:
                return f"expected computing elements {expected[site]!r:.200} of {site}, got {found!r:.300}"
            if not isinstance(found["ses"], list) or bool(found["ses"]) != bool(set(elements[site]) - computing):
                return f"the hosts of the storage elements of {site} are {found['ses']!r:.300}"
        return None

    return check


def _tree(catalogue: Catalogue) -> ToCall:
    """The tree around a storage element: its site and everything there."""
    statuses: dict[str, dict[str, str]] = {}
    for row in catalogue.resource_status:
        statuses.setdefault(row.Name, {})[row.StatusType] = row.Status
    of_site = {row.Name: {row.StatusType: row.Status} for row in catalogue.site_status}
    computing = set(catalogue.computing_elements)
    calls = []
    for site in shuffled(catalogue, catalogue.sites):
        elements = catalogue.elements_of_site[site]
        storage = [name for name in elements if name not in computing]
        if storage:
            tree = {
                "statusTypes": of_site[site],
                "ces": {name: statuses[name] for name in elements if name in computing},
                "ses": {name: statuses[name] for name in storage},
            }
            calls.append(Call(["StorageElement", storage[0]], _equal({site: tree})))
    return in_turn(calls)


def _equal(expected: object) -> Check:
    return lambda value: None if value == expected else f"expected {expected!r:.300}, got {value!r:.300}"


def _statuses_of_type(catalogue: Catalogue) -> ToCall:
    """The page of all storage elements."""
    rows = [
        [row.Name, row.StatusType, row.Status]
        for row in catalogue.resource_status
        if row.ElementType == "StorageElement"
    ]
    return in_turn([Call(["Resource", None, "StorageElement", None, None, None], columns(rows, (0, 1, 2)))])


def _downtimes(catalogue: Catalogue) -> ToCall:
    """The downtimes of one site or computing element: StartDate, EndDate, Link, Description, Severity."""
    found: dict[tuple[str, str], list[list[Any]]] = {}
    for row in catalogue.downtimes:
        found.setdefault((row.Element, row.Name), []).append([row.Link, row.Severity])
    asked = [("Site", "Site", name) for name in catalogue.sites]
    asked += [("Resource", "ComputingElement", name) for name in catalogue.computing_elements]
    return in_turn(
        [
            Call([element, element_type, name], columns(found.get((element, name), []), (2, 4)))
            for element, element_type, name in shuffled(catalogue, asked)
        ]
    )


def _downtimes_of_storage(catalogue: Catalogue) -> ToCall:
    """The downtimes of a storage element, which are those of its hosts."""
    return in_turn(
        [
            Call(["Resource", "StorageElement", name], rows_of(5, fewest=0))
            for name in shuffled(catalogue, catalogue.storage_elements)
        ]
    )


def _outages(catalogue: Catalogue) -> ToCall:
    """The page of downtimes: Element, Name, StartDate, EndDate, Severity, Description, Link."""
    calls = []
    for element in ("Site", "Resource"):
        rows = [
            [row.Element, row.Name, row.Severity, row.Link]
            for row in catalogue.downtimes
            if (row.Element, row.Severity) == (element, "OUTAGE")
        ]
        calls.append(Call([element, None, None, "OUTAGE"], columns(rows, (0, 1, 4, 6))))
    return in_turn(calls)


def _node_statuses(_catalogue: Catalogue) -> ToCall:
    """Up to DIRAC 9.0. No installation of a data set has nodes."""
    return in_turn([Call([], rows_of(10, fewest=0, most=0))])


def _set_status(catalogue: Catalogue) -> ToCall:
    """A person sets a status, here the one that is there, of sites that all have the same; from the last row on,
    so that other writes are in the same second elsewhere."""

    def call(row: StatusRow, _token: str) -> Call:
        reason = f"Status {row.Status} forced by {USER} ( web )"
        return Call(
            ["Site", row.Name, row.StatusType, row.Status, row.ElementType, USER, ""],
            _equal(reason),
            target=row.Name,
            left=_logged(row, reason),
        )

    rows = written_rows(catalogue, catalogue.site_status)
    return on_each([row for row in reversed(rows) if row.Status == "Active"], call)


def _set_token(catalogue: Catalogue) -> ToCall:
    """A person takes the token of a site. The call says when the status was checked last, as the person saw it,
    and is refused when it has been checked since: so it works once per site."""

    def call(row: StatusRow, _token: str) -> Call:
        reason = f"Token Acquired by {USER} ( web )"
        return Call(
            ["Site", row.Name, row.StatusType, "Acquire", row.ElementType, USER, row.LastCheckTime],
            _equal(reason),
            target=row.Name,
            left=_logged(row, reason),
        )

    return on_each(untouched_rows(catalogue, catalogue.site_status), call)


def _logged(row: StatusRow, reason: str) -> Left:
    values = {"Name": row.Name, "StatusType": row.StatusType, "TokenOwner": USER, "Reason": reason}
    return Left("ResourceStatusDB", "SiteLog", tuple(values.items()))


def _read(method: str, what: str, prepare: Callable[[Catalogue], ToCall]) -> Operation:
    return Operation(
        f"Publisher.{method}{what}", "Publisher", method, "read", Prepared(prepare), timed="on request"
    )


def _write(method: str, prepare: Callable[[Catalogue], ToCall], timed: Timed) -> Operation:
    return Operation(f"Publisher.{method}", "Publisher", method, "write", Prepared(prepare), timed=timed)


PUBLISHER_PAGES = (
    _read("getSites", "", _sites),
    _read("getSitesResources", "", _resources_of),
    _read("getSitesResources", " of all sites", _resources_of_all),
    _read("getTree", "", _tree),
    _read("getElementStatuses", " of a type", _statuses_of_type),
    _read("getDowntimes", "", _downtimes),
    _read("getDowntimes", " of storage", _downtimes_of_storage),
    _read("getCachedDowntimes", "", _outages),
    _read("getNodeStatuses", "", _node_statuses),
    _write("setStatus", _set_status, "on request"),
    _write("setToken", _set_token, "counted"),
)
