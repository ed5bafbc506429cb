"""Rows of ResourceStatusDB: what every element's status is, was, and what was written about it lately."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from harness.dataset.draws import Draws, instant
from harness.dataset.installation import Installation
from harness.dataset.profiles import STORAGE_STATUS_TYPES, Profile
from harness.dataset.table_content import Row, TableContent

COLUMNS = (
    "Name",
    "StatusType",
    "VO",
    "Status",
    "Reason",
    "DateEffective",
    "TokenExpiration",
    "ElementType",
    "LastCheckTime",
    "TokenOwner",
)

_DAY_S = 86_400
#: How far back the history reaches: DIRAC purges what is older than 36 months of 30 days.
HISTORY_S = 36 * 30 * _DAY_S
#: The inspector agents look at an active element again after 25 minutes.
_CHECK_PERIOD_S = 25 * 60
#: The agent that summarises the log, and empties it, runs every 5 minutes.
_LOG_S = 5 * 60

#: Every status as often as its share in percent, so that a draw is one index.
STATUSES = (
    ("Active",) * 84 + ("Degraded",) * 5 + ("Banned",) * 5 + ("Probing",) * 3 + ("Error",) * 2 + ("Unknown",)
)
#: History is written on change only: what may follow a status. An element that is new has none.
_NEW = ""
_NEXT_STATUSES = {
    status: tuple(other for other in STATUSES if other != status) for status in (_NEW, *set(STATUSES))
}

#: Some ask something of the software on their way: quotes, a percent sign, a backslash, accents.
REASONS = (
    "Every policy agrees",
    "No downtime declared for this element",
    "Pilot efficiency 93.4 % in the last half hour",
    "Downtime 31415: the cooling unit of hall B is replaced, queues are drained two hours ahead",
    'Storage is 97% full, "clean-up" asked of the site\'s team',
    "Banned by hand until ticket 167241 is closed",
    "Accès impossible depuis le réseau extérieur (réf. C:\\grid\\log)",
    "Token renewed",
)

#: Nearly every status belongs to the service itself; the others were set by a person for some time.
_SERVICE = "rs_svc"
_OWNERS = (_SERVICE,) * 97 + ("alice", "o'brien", "grid-shifter")
_NEVER = "9999-12-31 23:59:59"


class Element(NamedTuple):
    """What has a status: the primary key of its row, and its type."""

    name: str
    status_type: str
    element_type: str
    vo: str = "all"


def site_elements(names: Installation) -> tuple[Element, ...]:
    return tuple(Element(site, "all", "Site") for site in names.sites)


def resource_elements(names: Installation) -> tuple[Element, ...]:
    """One per row of ResourceStatus whose VO is ``all``."""
    return (
        *(Element(name, "all", "ComputingElement") for name in names.computing_elements),
        *(
            Element(name, access, "StorageElement")
            for name in names.storage_elements
            for access in STORAGE_STATUS_TYPES
        ),
        *(Element(name, "all", "FTS") for name in names.fts_servers),
    )


def status_tables(profile: Profile, seed: int, names: Installation) -> tuple[TableContent, ...]:
    """The tables of ResourceStatusDB. ResourceStatusCache is left empty, as the agent that mails it leaves it."""

    def table(name: str, rows: Callable[[Draws], Iterator[Row]]) -> TableContent:
        return TableContent("ResourceStatusDB", name, COLUMNS, lambda: rows(Draws(profile, seed, name)))

    sites, resources = site_elements(names), resource_elements(names)
    status_vos = names.vos[: profile.status_vos]
    return (
        table("SiteStatus", lambda draws: _status_rows(draws, sites, ())),
        table("ResourceStatus", lambda draws: _status_rows(draws, resources, status_vos)),
        table("SiteLog", lambda draws: _log_rows(draws, sites, profile.site_log_rows)),
        table("ResourceLog", lambda draws: _log_rows(draws, resources, profile.log_rows)),
        table("SiteHistory", lambda draws: _history_rows(draws, sites, profile.site_history_rows)),
        table("ResourceHistory", lambda draws: _history_rows(draws, resources, profile.history_rows)),
    )


def _status_rows(draws: Draws, elements: Sequence[Element], vos: Sequence[str]) -> Iterator[Row]:
    """A row of VO ``all`` per element, and for computing elements one per community in ``vos``."""
    for element in elements:
        yield _status_row(draws, element)
        if element.element_type == "ComputingElement":
            for vo in vos:
                yield _status_row(draws, element._replace(vo=vo))


def _status_row(draws: Draws, element: Element) -> Row:
    checked_s = draws.below(_CHECK_PERIOD_S)
    return _row(draws, element, draws.one_of(STATUSES), checked_s + draws.below(90 * _DAY_S), checked_s)


def _log_rows(draws: Draws, elements: Sequence[Element], count: int) -> Iterator[Row]:
    """The latest ``count`` writes, oldest first, going round the elements as an inspector agent does."""
    for number in range(count):
        at_s = _LOG_S * (count - number) / count
        yield _row(draws, elements[number % len(elements)], draws.one_of(STATUSES), at_s, at_s)


def _history_rows(draws: Draws, elements: Sequence[Element], count: int) -> Iterator[Row]:
    """``count`` changes of status, oldest first: each element once when it was added, then any of them."""
    latest = [_NEW] * len(elements)
    for number in range(count):
        index = number if number < len(elements) else draws.below(len(elements))
        latest[index] = draws.one_of(_NEXT_STATUSES[latest[index]])
        at_s = HISTORY_S * (count - number - draws.ratio()) / count
        yield _row(draws, elements[index], latest[index], at_s, at_s)


def _row(draws: Draws, element: Element, status: str, since_s: float, checked_s: float) -> Row:
    owner = draws.one_of(_OWNERS)
    since = instant(since_s)
    return (
        element.name,
        element.status_type,
        element.vo,
        status,
        draws.one_of(REASONS),
        since,
        _NEVER if owner == _SERVICE else instant(since_s - _DAY_S),
        element.element_type,
        since if checked_s == since_s else instant(checked_s),
        owner,
    )
