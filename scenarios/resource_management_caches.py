"""The caches of ResourceManagement that the commands behind single policies keep, and how rows leave them.

``insert`` is here because the service exports it. No client of DIRAC calls it, and in the releases so far it fails
for whoever does: it takes away a key that clients stopped sending in 2019.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from scenarios.answers import Check, columns, deleted, nothing, rows_of
from scenarios.catalogue import Catalogue, DowntimeRow
from scenarios.operation import Call, Operation, TokenColumn
from scenarios.prepared import Prepared, ToCall, in_turn, on_each, shuffled

#: Room in JobCache.MaskStatus.
MASK_STATUS_LENGTH = 32


def _row_of(table: str, key: str, names: Callable[[Catalogue], Sequence[str]]) -> Callable[[Catalogue], ToCall]:
    """A select of one row by its key, as each command makes it. No names where the release lacks the table."""

    def prepare(catalogue: Catalogue) -> ToCall:
        asked = shuffled(catalogue, names(catalogue)) if catalogue.rows.get(table) else []
        return in_turn([Call([table, {key: name}], _one_row_of(name)) for name in asked])

    return prepare


def _one_row_of(name: str) -> Check:
    """One row that holds the name; before which other columns stand, in some releases."""

    def check(value: object) -> str | None:
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list) and name in value[0]:
            return None
        return f"expected one row of {name}, got {value!r:.300}"

    return check


def _transfers(catalogue: Catalogue) -> ToCall:
    """TransferCommand: the whole key. The data set has no transfers."""
    source, destination = (catalogue.storage_elements * 2)[:2]
    key = {"SourceName": source, "DestinationName": destination, "Metric": "Quality"}
    return in_turn([Call(["TransferCache", key], rows_of(5, fewest=0, most=0))])


def _all_downtimes(catalogue: Catalogue) -> ToCall:
    """Synchronizer, and GOCDBSyncCommand."""
    found = [[row.DowntimeID, row.Name, row.Element] for row in catalogue.downtimes]
    return in_turn([Call(["DowntimeCache", {}], columns(found, (0, 1, 2)))])


def _modify_job(catalogue: Catalogue) -> ToCall:
    """JobCommand; with values that no row is loaded with, for DIRAC writes what changes."""

    def call(site: str, token: str) -> Call:
        mask_status = token[-MASK_STATUS_LENGTH:]
        values = {"Site": site, "MaskStatus": mask_status, "Efficiency": 87.25, "Status": "Unknown"}
        return Call(["JobCache", values], nothing, target=site)

    return on_each(shuffled(catalogue, catalogue.sites), call)


def _modify_tickets(catalogue: Catalogue) -> ToCall:
    """GGUSTicketsCommand."""

    def call(site: str, token: str) -> Call:
        values = {"GocSite": site, "Link": "https://ggus.example/", "OpenTickets": 99, "Tickets": token}
        return Call(["GGUSTicketsCache", values], nothing, target=site)

    return on_each(shuffled(catalogue, catalogue.sites), call)


def _modify_transfer(catalogue: Catalogue) -> ToCall:
    """TransferCommand, for a channel that is new to it."""

    def call(destination: str, token: str) -> Call:
        values = {"SourceName": token, "DestinationName": destination, "Metric": "Quality", "Value": 0.5}
        return Call(["TransferCache", values], nothing)

    return on_each(shuffled(catalogue, catalogue.storage_elements), call)


def _modify_space(catalogue: Catalogue) -> ToCall:
    """FreeDiskSpaceCommand up to DIRAC 9.0; since then it goes to the database without the service. All that it
    writes are numbers."""

    def call(storage_element: str, _token: str) -> Call:
        values: dict[str, Any] = {"Token": storage_element, "Free": 0.25, "Total": 0.5}
        return Call(["SpaceTokenOccupancyCache", values], nothing)

    return on_each(shuffled(catalogue, catalogue.storage_elements), call)


def _insert_job(_catalogue: Catalogue) -> ToCall:
    def call(values: dict[str, Any], token: str) -> Call:
        return Call(["JobCache", {"Site": f"new-{token}", **values}], nothing)

    return on_each([{"MaskStatus": "Active", "Efficiency": 87.5, "Status": "Good"}], call)


def _ended_downtime(catalogue: Catalogue) -> ToCall:
    """DowntimeCommand, for a downtime that is over."""

    def call(row: DowntimeRow, _token: str) -> Call:
        return Call(["DowntimeCache", {"DowntimeID": row.DowntimeID}], deleted(1))

    return on_each(shuffled(catalogue, catalogue.downtimes), call)


def _downtimes_of_host(catalogue: Catalogue) -> ToCall:
    """Synchronizer, for every downtime at every change of the configuration. It takes the identifier for the name
    of the host, so nothing is ever found."""

    def call(row: DowntimeRow, _token: str) -> Call:
        return Call(["DowntimeCache", {"Name": row.DowntimeID}], deleted(0))

    return on_each(shuffled(catalogue, catalogue.downtimes), call)


def _space_of_element(_catalogue: Catalogue) -> ToCall:
    """FreeDiskSpaceCommand, for a storage element that is gone; of one that never had a row."""

    def call(table: str, token: str) -> Call:
        return Call([table, {"Token": f"gone-{token}"}], deleted(0))

    return on_each(["SpaceTokenOccupancyCache"], call)


def _read(what: str, prepare: Callable[[Catalogue], ToCall]) -> Operation:
    name = f"ResourceManagement.select {what}"
    return Operation(name, "ResourceManagement", "select", "read", Prepared(prepare), timed="on request")


def _modify(what: str, prepare: Callable[[Catalogue], ToCall], *column: str, length: int = 64) -> Operation:
    return Operation(
        f"ResourceManagement.addOrModify {what}",
        "ResourceManagement",
        "addOrModify",
        "write",
        Prepared(prepare),
        TokenColumn("ResourceManagementDB", column[0], column[1], length) if column else None,
        "on request" if column else "counted",
    )


def _counted(method: str, what: str, prepare: Callable[[Catalogue], ToCall]) -> Operation:
    name = f"ResourceManagement.{method} {what}"
    return Operation(name, "ResourceManagement", method, "write", Prepared(prepare), timed="counted")


RESOURCE_MANAGEMENT_CACHES = (
    _read("job", _row_of("JobCache", "Site", lambda catalogue: catalogue.sites)),
    _read("tickets", _row_of("GGUSTicketsCache", "GocSite", lambda catalogue: catalogue.sites)),
    _read("space", _row_of("SpaceTokenOccupancyCache", "Token", lambda catalogue: catalogue.storage_elements)),
    _read("transfer", _transfers),
    _read("all downtimes", _all_downtimes),
    _modify("job", _modify_job, "JobCache", "MaskStatus", length=MASK_STATUS_LENGTH),
    _modify("tickets", _modify_tickets, "GGUSTicketsCache", "Tickets"),
    _modify("transfer", _modify_transfer, "TransferCache", "SourceName"),
    _modify("space", _modify_space),
    _counted("insert", "job", _insert_job),
    _counted("delete", "downtimes of host", _downtimes_of_host),
    _counted("delete", "downtime", _ended_downtime),
    _counted("delete", "space", _space_of_element),
)
