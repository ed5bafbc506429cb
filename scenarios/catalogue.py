"""What the generator knows of the data set: the names it may ask for and the rows it must get back."""

from __future__ import annotations

from pathlib import Path

import msgspec


class StatusRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of SiteStatus or ResourceStatus as it was loaded; times as ``YYYY-MM-DD HH:MM:SS`` (UTC)."""

    Name: str
    StatusType: str
    VO: str
    Status: str
    Reason: str
    DateEffective: str
    TokenExpiration: str
    ElementType: str
    LastCheckTime: str
    TokenOwner: str


class DowntimeRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    DowntimeID: str
    Element: str
    Name: str
    GOCDBServiceType: str
    Severity: str
    Link: str
    StartDate: str
    EndDate: str


class PilotRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    Site: str
    CE: str
    VO: str


class PolicyRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    PolicyName: str
    StatusType: str
    Element: str
    Name: str
    VO: str
    Status: str


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``rows``: table name to the number of rows loaded. ``resource_status`` and ``site_status`` hold the rows
    with VO ``all`` only; the other lists hold every row of their table."""

    profile: str
    seed: int
    sites: tuple[str, ...]
    computing_elements: tuple[str, ...]
    storage_elements: tuple[str, ...]
    fts_servers: tuple[str, ...]
    vos: tuple[str, ...]
    #: computing and storage elements of each site
    elements_of_site: dict[str, tuple[str, ...]]
    resource_status: tuple[StatusRow, ...]
    site_status: tuple[StatusRow, ...]
    downtimes: tuple[DowntimeRow, ...]
    pilots: tuple[PilotRow, ...]
    policy_results: tuple[PolicyRow, ...]
    #: (Name, StatusType) pairs that ResourceHistory has rows for
    history_of: tuple[tuple[str, str], ...]
    rows: dict[str, int]


def read_catalogue(path: Path) -> Catalogue:
    """The catalogue that the loader wrote; msgspec.ValidationError when it is not one."""
    return msgspec.json.decode(path.read_bytes(), type=Catalogue)


def write_catalogue(catalogue: Catalogue, path: Path) -> None:
    path.write_bytes(msgspec.json.encode(catalogue))
