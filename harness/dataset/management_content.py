"""Rows of ResourceManagementDB: what the commands found out and what the policies made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from harness.dataset.draws import Draws, instant
from harness.dataset.installation import Installation, host_of_storage_element
from harness.dataset.profiles import Profile
from harness.dataset.status_content import REASONS, STATUSES, Element, resource_elements, site_elements
from harness.dataset.table_content import Row, TableContent

#: Policies of DIRAC's own set that fit each type of element.
POLICIES = {
    "Site": ("DTOngoing", "PropagationPolicy"),
    "ComputingElement": ("DTOngoing", "PilotInstantEfficiency"),
    "StorageElement": ("DTOngoing", "FreeDiskSpaceTB"),
    "FTS": ("DTOngoing", "AlwaysActive"),
}

_HOUR_S = 3_600
_DAY_S = 24 * _HOUR_S
#: The agent that fills these tables runs every 15 minutes.
_FEED_PERIOD_S = 15 * 60

_SERVICE_TYPES = {"arc": "ARC-CE", "htc": "org.opensciencegrid.htcondorce", "ce": "CE"}
_PILOT_STATUSES = ("Good",) * 7 + ("Fair", "Poor", "Bad", "Idle")
_DOWNTIME_TEXTS = (
    "Upgrade of the batch system, no jobs accepted",
    "Network maintenance: short interruptions expected",
    'Move to "el9", nodes come back one by one',
)


def management_tables(profile: Profile, seed: int, names: Installation) -> tuple[TableContent, ...]:
    """The tables of ResourceManagementDB that DIRAC fills. A release has fewer columns than some of these."""

    def table(name: str, columns: str, rows: Callable[[Draws], Iterator[Row]]) -> TableContent:
        return TableContent(
            "ResourceManagementDB", name, tuple(columns.split()), lambda: rows(Draws(profile, seed, name))
        )

    elements = (*site_elements(names), *resource_elements(names))
    # A pilot summary without a community is stored under "all"; so it is where there is only one.
    vos = names.vos if len(names.vos) > 1 else ("all",)
    return (
        table(
            "DowntimeCache",
            "DowntimeID Element Name GOCDBServiceType Severity Description Link StartDate EndDate DateEffective"
            " LastCheckTime",
            lambda draws: _downtime_rows(draws, names, profile.downtimes),
        ),
        table(
            "PilotCache",
            "Site CE VO Status PilotJobEff PilotsPerJob LastCheckTime",
            lambda draws: _pilot_rows(draws, names, vos),
        ),
        table(
            "PolicyResult",
            "PolicyName StatusType Element Name VO Status Reason DateEffective LastCheckTime",
            lambda draws: _policy_rows(draws, elements),
        ),
        table(
            "SpaceTokenOccupancyCache",
            "Endpoint Token Guaranteed Free Total LastCheckTime",
            lambda draws: _space_rows(draws, names),
        ),
        table(
            "GGUSTicketsCache",
            "GocSite Tickets OpenTickets Link LastCheckTime",
            lambda draws: _ticket_rows(draws, names),
        ),
        table(
            "JobCache", "Site MaskStatus Efficiency Status LastCheckTime", lambda draws: _job_rows(draws, names)
        ),
    )


def _downtime_rows(draws: Draws, names: Installation, count: int) -> Iterator[Row]:
    """One downtime in five is of a whole site, the others are of hosts: two of computing to one of storage."""
    for number in range(count):
        kind = draws.ratio()
        if kind < 0.2:
            element, name, service_type = "Site", draws.one_of(names.sites), ""
        elif kind < 0.75:
            element, name = "Resource", draws.one_of(names.computing_elements)
            service_type = _SERVICE_TYPES[name.split(".")[0].rstrip("0123456789")]
        else:
            element, name, service_type = (
                "Resource",
                host_of_storage_element(draws.one_of(names.storage_elements)),
                "webdav",
            )
        starts_s = draws.below(7 * _DAY_S) - 5 * _DAY_S
        ends_s = starts_s - 2 * _HOUR_S - draws.below(3 * _DAY_S)
        yield (
            f"{118_000 + number}G0 {name}",
            element,
            name,
            service_type,
            "OUTAGE" if draws.ratio() < 0.7 else "WARNING",
            draws.one_of(_DOWNTIME_TEXTS),
            f"https://goc.example/downtime?id={118_000 + number}",
            instant(starts_s),
            instant(ends_s),
            instant(starts_s + _DAY_S),
            _fed(draws),
        )


def _pilot_rows(draws: Draws, names: Installation, vos: Sequence[str]) -> Iterator[Row]:
    """Per community a row for every site as a whole (CE ``Multiple``, as DIRAC has it) and for every CE."""
    whole_sites = [(site, "Multiple") for site in names.sites]
    single = [(names.site_of[name], name) for name in names.computing_elements]
    for vo in vos:
        for site, name in (*whole_sites, *single):
            efficiency_percent = round(40 + 60 * draws.ratio(), 1)
            pilots_per_job = round(1 + draws.ratio(), 2)
            yield (site, name, vo, draws.one_of(_PILOT_STATUSES), efficiency_percent, pilots_per_job, _fed(draws))


def _policy_rows(draws: Draws, elements: Sequence[Element]) -> Iterator[Row]:
    for element in elements:
        for policy in POLICIES[element.element_type]:
            yield (
                policy,
                element.status_type,
                "Site" if element.element_type == "Site" else "Resource",
                element.name,
                "all",
                draws.one_of(STATUSES),
                draws.one_of(REASONS),
                instant(draws.below(90 * _DAY_S)),
                _fed(draws),
            )


def _space_rows(draws: Draws, names: Installation) -> Iterator[Row]:
    """Space in megabytes, with few enough digits for a single-precision column."""
    for name in names.storage_elements:
        total = (1 + draws.below(999)) * 1_000_000
        free = total // 100 * draws.below(101)
        yield (f"https://{host_of_storage_element(name)}:8443", name, total, free, total, _fed(draws))


def _ticket_rows(draws: Draws, names: Installation) -> Iterator[Row]:
    for site in names.sites:
        tickets = [160_000 + draws.below(9_999) for _ in range(draws.below(4))]
        yield (site, str(tickets), len(tickets), f"https://ggus.example/?site={site}", _fed(draws))


def _job_rows(draws: Draws, names: Installation) -> Iterator[Row]:
    for site in names.sites:
        mask = "Active" if draws.ratio() < 0.9 else "Banned"
        yield (site, mask, round(100 * draws.ratio(), 1), draws.one_of(_PILOT_STATUSES), _fed(draws))


def _fed(draws: Draws) -> str:
    return instant(draws.below(_FEED_PERIOD_S))
