"""How large an installation is: the five profiles, and the number of rows that follows from each."""

from __future__ import annotations

from dataclasses import dataclass

#: A storage element has one status row per way of access; every other element has one row of type ``all``.
STORAGE_STATUS_TYPES = ("ReadAccess", "WriteAccess", "CheckAccess", "RemoveAccess")

#: Policies that are evaluated per element and status type, each with one row in PolicyResult.
POLICIES_PER_STATUS = 2


@dataclass(frozen=True)
class Profile:
    """Size of a data set: the installation, and how many rows of changing data lie in its tables.

    ``storage_elements`` counts elements, not status rows. ``status_vos``: virtual organisations that have a
    ResourceStatus row of their own for every computing element, beside the row of VO ``all``. ``history_rows``
    and ``log_rows`` are those of ResourceHistory and ResourceLog; the tables of the sites follow in proportion.
    """

    name: str
    sites: int
    computing_elements: int
    storage_elements: int
    fts_servers: int
    vos: int
    status_vos: int
    history_rows: int
    log_rows: int
    downtimes: int

    @property
    def resource_status_rows(self) -> int:
        """Rows of ResourceStatus whose VO is ``all``."""
        storage_rows = self.storage_elements * len(STORAGE_STATUS_TYPES)
        return self.computing_elements + storage_rows + self.fts_servers

    @property
    def vo_status_rows(self) -> int:
        """Rows of ResourceStatus that belong to a single virtual organisation."""
        return self.computing_elements * self.status_vos

    @property
    def site_history_rows(self) -> int:
        """Rows of SiteHistory: as many per site as ResourceHistory has per row of ResourceStatus."""
        return round(self.history_rows * self.sites / self.resource_status_rows)

    @property
    def site_log_rows(self) -> int:
        """Rows of SiteLog: as many per site as ResourceLog has per row of ResourceStatus."""
        return round(self.log_rows * self.sites / self.resource_status_rows)

    @property
    def pilot_rows(self) -> int:
        """Rows of PilotCache: one per site and one per computing element, for each virtual organisation."""
        return (self.sites + self.computing_elements) * self.vos

    @property
    def policy_result_rows(self) -> int:
        """Rows of PolicyResult, all of VO ``all``: what the inspector agents leave behind."""
        return (self.sites + self.resource_status_rows) * POLICIES_PER_STATUS


# Where the sizes come from. Sites: M is Belle II (60 sites, 35 storage elements, its online book), L is above the
# 60 sites that LHCb's waiting jobs named in March 2026, XL is the 1,000 sites that DiracX's matcher is designed
# for. Computing elements, and the storage elements of the others, are estimates.
# History: a row is written when a status or its token changes and is kept for 36 months. At 0.1 to 1 changes per
# row and day that is 70,000 to 700,000 rows for L; L has the lower end, M a tenth of it, XL the upper end, and S
# is a new installation that has none yet.
# Log: one row per write of a status, summarised and deleted every 5 minutes; about three times the rows of
# ResourceStatus is what lies there when the summary has just come late.
PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            name="S",
            sites=15,
            computing_elements=20,
            storage_elements=8,
            fts_servers=1,
            vos=1,
            status_vos=0,
            history_rows=0,
            log_rows=150,
            downtimes=5,
        ),
        Profile(
            name="M",
            sites=60,
            computing_elements=120,
            storage_elements=35,
            fts_servers=2,
            vos=1,
            status_vos=0,
            history_rows=7_000,
            log_rows=750,
            downtimes=20,
        ),
        Profile(
            name="L",
            sites=120,
            computing_elements=250,
            storage_elements=100,
            fts_servers=2,
            vos=1,
            status_vos=0,
            history_rows=70_000,
            log_rows=2_000,
            downtimes=50,
        ),
        Profile(
            name="L-mVO",
            sites=80,
            computing_elements=200,
            storage_elements=60,
            fts_servers=2,
            vos=20,
            status_vos=20,
            history_rows=70_000,
            log_rows=1_300,
            downtimes=40,
        ),
        Profile(
            name="XL",
            sites=1_000,
            computing_elements=2_000,
            storage_elements=500,
            fts_servers=5,
            vos=30,
            status_vos=30,
            history_rows=700_000,
            log_rows=12_000,
            downtimes=400,
        ),
    )
}
