"""What agents, the Synchronizer and scripts ask of ResourceStatus beside the evaluation of elements.

None of it is frequent, so none of it is in the workloads; some of it reads whole tables.
"""

from __future__ import annotations

from collections.abc import Callable

from scenarios.answers import at_least, columns, deleted, dirac_instant, exactly, nothing, rows_of
from scenarios.catalogue import Catalogue, StatusRow
from scenarios.operation import Call, Gone, Left, Operation, Timed, TokenColumn
from scenarios.prepared import Prepared, ToCall, in_turn, on_each, shuffled, untouched_rows, written_rows
from scenarios.resource_status_reads import SPOT_CHECKS, status_values

#: Names of one list: the elements of a large site.
LIST_LENGTH = 20

#: After every token that ends, before those that never do.
_TOKENS_END = "2100-01-01 00:00:00"
_NEVER = "9999-12-31 23:59:59"

#: Before everything in the history: a purge that, as nearly always, has nothing to remove.
_NO_HISTORY = "2000-01-01 00:00:00"

_SERVICE = "rs_svc"


def _expired_tokens(catalogue: Catalogue) -> ToCall:
    """TokenAgent: whose token ends soon."""
    found = [
        [row.Name, row.StatusType, row.Status]
        for row in catalogue.resource_status
        if row.TokenExpiration < _TOKENS_END
    ]
    filters = {"Meta": {"older": ["TokenExpiration", dirac_instant(_TOKENS_END)]}, "VO": "all"}
    return in_turn([Call(["ResourceStatus", filters], columns(found, (0, 1, 2)))])


def _by_names(catalogue: Catalogue) -> ToCall:
    """Publisher, for the elements of a site."""
    found: dict[str, list[list[str]]] = {}
    for row in catalogue.resource_status:
        found.setdefault(row.Name, []).append([row.Name, row.StatusType, row.Status])
    names = shuffled(catalogue, list(found))
    meta = {"columns": ["Name", "StatusType", "Status"]}
    calls = []
    for begin in range(0, max(len(names) - LIST_LENGTH, 1), LIST_LENGTH):
        asked = names[begin : begin + LIST_LENGTH]
        rows = [row for name in asked for row in found[name]]
        calls.append(Call(["ResourceStatus", {"Name": asked, "Meta": meta, "VO": "all"}], exactly(rows)))
    return in_turn(calls)


def _by_element_type(catalogue: Catalogue) -> ToCall:
    """Synchronizer: what the database has of a type. Computing elements come new while others are measured."""
    calls = []
    for element_type in ("StorageElement", "FTS"):
        rows = [[row.Name, row.StatusType] for row in catalogue.resource_status if row.ElementType == element_type]
        filters = {"ElementType": element_type, "Meta": {"columns": ["Name", "StatusType"]}, "VO": "all"}
        calls.append(Call(["ResourceStatus", filters], exactly(rows)))
    return in_turn(calls)


def _site_columns(catalogue: Catalogue) -> ToCall:
    """SiteInspectorAgent, at the start of each cycle."""
    rows = catalogue.site_status
    spots = untouched_rows(catalogue, rows)[:SPOT_CHECKS]
    return in_turn([Call(["SiteStatus", {"VO": "all"}], at_least(len(rows), status_values(row))) for row in spots])


def _site_history(catalogue: Catalogue) -> ToCall:
    """DiracAdmin.getSiteMaskLogging: everything that a site's status ever was."""
    # every site has a change of status before any has a second one
    fewest = int(catalogue.rows.get("SiteHistory", 0) >= len(catalogue.sites))
    return in_turn(
        [
            Call(["SiteHistory", {"Name": site, "VO": "all"}], rows_of(11, fewest=fewest))
            for site in shuffled(catalogue, catalogue.sites)
        ]
    )


def _history_since(catalogue: Catalogue) -> ToCall:
    """A web page's history of an element since an instant, oldest first."""
    known = {name for name, _status_type in catalogue.history_of}
    meta = {
        "columns": ["StatusType", "Status", "DateEffective"],
        "newer": ["DateEffective", dirac_instant(_NO_HISTORY)],
        "order": ["DateEffective", "asc"],
    }
    calls = []
    for name in shuffled(catalogue, list(dict.fromkeys(row.Name for row in catalogue.resource_status))):
        check = rows_of(3, fewest=int(name in known))
        calls.append(Call(["ResourceHistory", {"Name": name, "Meta": meta, "VO": "all"}], check))
    return in_turn(calls)


def _cached_mails(_catalogue: Catalogue) -> ToCall:
    """EmailAgent: what the actions have left for it, which nobody knows beforehand."""
    return in_turn([Call(["ResourceStatusCache", {}], rows_of(7, fewest=0))])


def _new_by_script(_catalogue: Catalogue) -> ToCall:
    """dirac-rss-sync, for an element that is new: looked for first, then inserted over a second connection."""

    def call(element_type: str, token: str) -> Call:
        values = {
            "Name": f"script-{token}",
            "StatusType": "all",
            "Status": "Unknown",
            "ElementType": element_type,
            "Reason": token,
            "TokenOwner": _SERVICE,
            "VO": "all",
        }
        return Call(["ResourceStatus", values], nothing)

    return on_each(["ComputingElement"], call)


def _token_taken_back(catalogue: Catalogue) -> ToCall:
    """TokenAgent, when a token has expired; of rows that are the service's own, so that reads stay as they are.

    Its call carries no reason: the row in the log has that of the database. From the last row on, for DIRAC leaves
    the status row alone when another write of the same second went there.
    """

    def call(row: StatusRow, _token: str) -> Call:
        values = {
            "Name": row.Name,
            "StatusType": row.StatusType,
            "TokenOwner": _SERVICE,
            "TokenExpiration": dirac_instant(_NEVER),
            "VO": row.VO,
        }
        logged = {"Name": row.Name, "StatusType": row.StatusType, "TokenOwner": _SERVICE, "Reason": "Unspecified"}
        left = Left("ResourceStatusDB", "ResourceLog", tuple(logged.items()))
        return Call(["ResourceStatus", values], nothing, target=f"{row.Name} {row.StatusType}", left=left)

    rows = [row for row in written_rows(catalogue, catalogue.resource_status) if row.TokenOwner == _SERVICE]
    return on_each(rows[::-1], call)


def _old_history(_catalogue: Catalogue) -> ToCall:
    """SummarizeLogsAgent, at the end of each cycle."""
    filters = {"Meta": {"older": ["DateEffective", dirac_instant(_NO_HISTORY)]}, "VO": "all"}
    gone = Gone("ResourceStatusDB", "ResourceHistory", "DateEffective", _NO_HISTORY, "all")
    return in_turn([Call(["ResourceHistory", filters], deleted(0), gone=gone)])


def _history_of_element(_catalogue: Catalogue) -> ToCall:
    """Synchronizer, for an element that is gone from the configuration; of one that never changed its status."""

    def call(filters: dict[str, str], token: str) -> Call:
        return Call(["ResourceHistory", {"Name": f"gone-{token}", **filters}], deleted(0))

    return on_each([{"VO": "all"}], call)


def _element(catalogue: Catalogue) -> ToCall:
    """Synchronizer, for an element that is gone from the configuration."""
    names = shuffled(catalogue, catalogue.computing_elements)
    return in_turn([Call(["ResourceStatus", {"Name": name, "VO": "all"}], deleted(1)) for name in names])


def _mails_sent(_catalogue: Catalogue) -> ToCall:
    """EmailAgent, after its mails: the whole table, with what has come meanwhile."""
    return in_turn([Call(["ResourceStatusCache", {}], deleted(1_000_000))])


def _read(what: str, prepare: Callable[[Catalogue], ToCall]) -> Operation:
    name = f"ResourceStatus.select {what}"
    return Operation(name, "ResourceStatus", "select", "read", Prepared(prepare), timed="on request")


def _write(
    method: str, what: str, prepare: Callable[[Catalogue], ToCall], timed: Timed, column: TokenColumn | None = None
) -> Operation:
    name = f"ResourceStatus.{method} {what}"
    return Operation(name, "ResourceStatus", method, "write", Prepared(prepare), column, timed)


RESOURCE_STATUS_UPKEEP = (
    _read("expired tokens", _expired_tokens),
    _read("by names", _by_names),
    _read("by element type", _by_element_type),
    _read("site status all columns", _site_columns),
    _read("site history", _site_history),
    _read("history since", _history_since),
    _read("email cache", _cached_mails),
    _write(
        "addOrModify",
        "new element",
        _new_by_script,
        "on request",
        TokenColumn("ResourceStatusDB", "ResourceStatus", "Reason"),
    ),
    _write("addOrModify", "expired token", _token_taken_back, "on request"),
    _write("delete", "old history", _old_history, "on request"),
    _write("delete", "history of element", _history_of_element, "counted"),
    _write("delete", "element", _element, "counted"),
    _write("delete", "email cache", _mails_sent, "counted"),
)
