"""Writes of the ResourceStatus service, with the arguments that DIRAC 9.1's own clients send.

No call names a target: what the audit looks up is a row of its own for each of these writes. That of a changed
status is its row in the log; the status row keeps the token of its last writer only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from scenarios.answers import deleted, dirac_instant, nothing
from scenarios.catalogue import Catalogue, StatusRow
from scenarios.operation import Call, Gone, Operation, TokenColumn
from scenarios.prepared import Prepared, ToCall, on_each, shuffled, written_rows

#: How many of the loaded log rows one "delete old log" removes.
LOG_ROWS_PER_DELETE = 10


def _modify_status(table: Literal["ResourceStatus", "SiteStatus"]) -> Callable[[Catalogue], ToCall]:
    """LogStatusAction: an evaluation that, as nearly always, finds the status as it was."""

    def call(row: StatusRow, token: str) -> Call:
        values = {
            "Name": row.Name,
            "StatusType": row.StatusType,
            "Status": row.Status,
            "ElementType": row.ElementType,
            "Reason": token,
            "VO": row.VO,
        }
        return Call([table, values], nothing)

    def prepare(catalogue: Catalogue) -> ToCall:
        rows = catalogue.resource_status if table == "ResourceStatus" else catalogue.site_status
        return on_each(written_rows(catalogue, rows), call)

    return prepare


def _new_element(_catalogue: Catalogue) -> ToCall:
    """Synchronizer, for an element that is new in the configuration."""

    def call(element_type: str, token: str) -> Call:
        values = {
            "Name": f"new-{token}",
            "StatusType": "all",
            "Status": "Unknown",
            "ElementType": element_type,
            "Reason": token,
            "TokenOwner": "rs_svc",
            "VO": "all",
        }
        return Call(["ResourceStatus", values], nothing)

    return on_each(["ComputingElement"], call)


def _email_cache(catalogue: Catalogue) -> ToCall:
    """EmailAction, when a status has changed."""

    def call(site: str, token: str) -> Call:
        values = {
            "SiteName": site,
            "ResourceName": token,
            "Status": "Banned",
            "PreviousStatus": "Active",
            "StatusType": "all",
        }
        return Call(["ResourceStatusCache", values], nothing)

    return on_each(shuffled(catalogue, catalogue.sites), call)


def _history(catalogue: Catalogue) -> ToCall:
    """SummarizeLogsAgent, when a status or its token has changed."""

    def call(row: StatusRow, token: str) -> Call:
        values = {
            "Name": row.Name,
            "StatusType": row.StatusType,
            "Status": row.Status,
            "ElementType": row.ElementType,
            "Reason": token,
            "DateEffective": dirac_instant(row.LastCheckTime),
            "LastCheckTime": dirac_instant(row.LastCheckTime),
            "TokenOwner": row.TokenOwner,
            "TokenExpiration": dirac_instant(row.TokenExpiration),
            "VO": row.VO,
        }
        return Call(["ResourceHistory", values], nothing)

    return on_each(written_rows(catalogue, catalogue.resource_status), call)


def _delete_log(catalogue: Catalogue) -> ToCall:
    """SummarizeLogsAgent. Only rows that were loaded go: the log of this run's writes is what the audit reads."""
    loaded = catalogue.rows["ResourceLog"]

    def to_call(position: int) -> Call:
        below = min((position + 1) * LOG_ROWS_PER_DELETE, loaded) + 1
        arguments = ["ResourceLog", {"Meta": {"older": ["ID", below]}, "VO": "all"}]
        gone = Gone("ResourceStatusDB", "ResourceLog", "ID", below, "all")
        return Call(arguments, deleted(below - 1), gone=gone)

    return lambda request: to_call(request.position)


def _write(
    what: str, method: str, prepare: Callable[[Catalogue], ToCall], written: TokenColumn | None = None
) -> Operation:
    return Operation(f"ResourceStatus.{what}", "ResourceStatus", method, "write", Prepared(prepare), written)


def _reason(table: str) -> TokenColumn:
    return TokenColumn("ResourceStatusDB", table, "Reason")


_MAIL = TokenColumn("ResourceStatusDB", "ResourceStatusCache", "ResourceName", selected_by="Name")

RESOURCE_STATUS_WRITES = (
    _write("addOrModify status", "addOrModify", _modify_status("ResourceStatus"), _reason("ResourceLog")),
    _write("addOrModify site status", "addOrModify", _modify_status("SiteStatus"), _reason("SiteLog")),
    _write("addIfNotThere new element", "addIfNotThere", _new_element, _reason("ResourceStatus")),
    _write("insert email cache", "insert", _email_cache, _MAIL),
    _write("insert history", "insert", _history, _reason("ResourceHistory")),
    _write("delete old log", "delete", _delete_log),
)
