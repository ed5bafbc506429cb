"""The cycles of DIRAC's agents that can be measured, by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from harness.dataset.installation import Installation, goc_name_of_site
from harness.measure.cycle_states import AsLoaded, TableState, WithHistory, WithKeys
from harness.stack.lifecycle import Stack
from scenarios.catalogue import DowntimeRow, read_catalogue

#: A history of 36 months, which is DIRAC's default, would be purged in part: the data set is older than that.
_MONTHS = 1200
_HITS = 100
#: From a small installation to one of 1,000 sites with all their elements.
_KEYS = (40, 400, 4000)


@dataclass(frozen=True)
class Cycle:
    """``order`` and ``options`` are those of dirac_side/agent_cycles.py. ``settled``: the cycle goes through once
    before it is measured, so that it finds what it left. ``installation``: what the configuration says is there,
    when that is not what the tables say. ``usual``: part of a measurement that names no cycles."""

    name: str
    what: str
    order: str
    options: Callable[[Stack], dict[str, Any]]
    state: TableState = AsLoaded()  # noqa: RUF009 - it has no fields
    settled: bool = False
    installation: Callable[[Installation], Installation] | None = None
    timeout_s: float = 600.0
    usual: bool = True


def _nothing(_stack: Stack) -> dict[str, Any]:
    return {}


def _outside(stack: Stack) -> dict[str, Any]:
    """What the world tells the cache feeder: the downtimes of the data set, going on now, and its pilots."""
    catalogue = read_catalogue(stack.catalogue_file)
    return {
        "downtimes": [_going_on(row) for row in catalogue.downtimes],
        "pilots": [(row.Site, row.CE, row.VO) for row in catalogue.pilots],
    }


def _going_on(row: DowntimeRow) -> dict[str, str]:
    now, day = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
    name = goc_name_of_site(row.Name) if row.Element == "Site" else row.Name
    return {
        "DowntimeID": row.DowntimeID,
        "Element": row.Element,
        "Name": name,
        "GOCDBServiceType": row.GOCDBServiceType,
        "Severity": row.Severity,
        "Description": "Upgrade of the batch system",
        "Link": row.Link,
        "StartDate": f"{now - day:%Y-%m-%d %H:%M}",
        "EndDate": f"{now + day:%Y-%m-%d %H:%M}",
    }


def _changed(names: Installation) -> Installation:
    """A site with a computing and a storage element has come, and the smallest site has gone with what it had."""
    gone = names.sites[-1]
    new, new_computing, new_storage = "LCG.Newtown.xx", "arc01.newtown.example", "NEWTOWN-DISK"
    lost = set(names.elements_of_site[gone])
    kept = {site: elements for site, elements in names.elements_of_site.items() if site != gone}
    return replace(
        names,
        sites=(*names.sites[:-1], new),
        computing_elements=(*(one for one in names.computing_elements if one not in lost), new_computing),
        storage_elements=(*(one for one in names.storage_elements if one not in lost), new_storage),
        elements_of_site={**kept, new: (new_computing, new_storage)},
        site_of={
            **{element: site for element, site in names.site_of.items() if site != gone},
            **dict.fromkeys((new_computing, new_storage), new),
        },
    )


def _summarize_logs(name: str, history_rows: int, *, usual: bool = True) -> Cycle:
    return Cycle(
        name=f"summarize-logs-{name}",
        what=f"SummarizeLogsAgent with {history_rows:,} rows of history",
        order="summarize_logs",
        options=lambda _stack: {"months": _MONTHS},
        state=WithHistory(history_rows),
        timeout_s=3600.0,
        usual=usual,
    )


def _inspector(name: str, agent: str, what: str) -> Cycle:
    return Cycle(
        name=name,
        what=f"{agent}, DIRAC's default of 15 threads, {what}",
        order="inspector",
        options=lambda _stack: {"agent": agent},
        timeout_s=3600.0,
    )


def _refresh(client: str, keys: int) -> Cycle:
    return Cycle(
        name=f"{client.removesuffix('Status').lower()}-cache-refresh-{keys}",
        what=f"the cache of {client} filled anew, {keys:,} keys",
        order="refresh",
        options=lambda _stack: {"client": client},
        state=WithKeys(keys),
    )


def _hits(client: str, keys: int) -> Cycle:
    """``keys`` names are in the cache; one of them is asked for, a name that every number of keys has."""
    name = {"SiteStatus": "LCG.Geneva.ch", "ResourceStatus": "arc01.geneva.example"}[client]
    return Cycle(
        name=f"{client.removesuffix('Status').lower()}-cache-hits-{keys}",
        what=f"{_HITS} look-ups of one name in the cache of {client}, {keys:,} keys",
        order="hits",
        options=lambda _stack: {"client": client, "name": name, "count": _HITS},
        state=WithKeys(keys),
    )


CYCLES: dict[str, Cycle] = {
    cycle.name: cycle
    for cycle in (
        _inspector("element-inspector", "ElementInspectorAgent", "all elements due, as after a start"),
        _inspector("site-inspector", "SiteInspectorAgent", "all sites due, as after a start"),
        _summarize_logs("0", 0),
        _summarize_logs("70k", 70_000),
        _summarize_logs("700k", 700_000, usual=False),
        Cycle("token", "TokenAgent, all tokens expired; no mail is sent", "token", _nothing),
        Cycle(
            "cache-feeder",
            "CacheFeederAgent, second round; outside sources answer at once",
            "cache_feeder",
            _outside,
            settled=True,
        ),
        Cycle(
            "synchronizer",
            "Synchronizer: one site with its elements has come, one has gone",
            "synchronizer",
            _nothing,
            installation=_changed,
        ),
        *(_refresh(client, keys) for client in ("ResourceStatus", "SiteStatus") for keys in _KEYS),
        *(_hits(client, keys) for client in ("ResourceStatus", "SiteStatus") for keys in _KEYS),
    )
}
