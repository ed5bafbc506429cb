"""What every table of a data set holds: a pure function of profile and seed."""

from __future__ import annotations

from harness.dataset.installation import installation_of
from harness.dataset.management_content import management_tables
from harness.dataset.profiles import Profile
from harness.dataset.status_content import resource_elements, status_tables
from harness.dataset.table_content import TableContent
from scenarios.catalogue import Catalogue, DowntimeRow, PilotRow, PolicyRow, StatusRow


def table_contents(profile: Profile, seed: int) -> tuple[TableContent, ...]:
    """Every table that a data set fills, in loading order."""
    names = installation_of(profile)
    return (*status_tables(profile, seed, names), *management_tables(profile, seed, names))


def catalogue_of(profile: Profile, seed: int, rows: dict[str, int]) -> Catalogue:
    """What the generator may rely on in a data set of which the tables of ``rows`` were loaded.

    ``rows``: table name to number of rows. A table that is missing there (a release may lack it) has no rows here.
    """
    names = installation_of(profile)
    tables = {content.table: content for content in table_contents(profile, seed) if content.table in rows}

    def select(table: str, *columns: str) -> list[tuple[str, ...]]:
        if table not in tables:
            return []
        positions = [tables[table].columns.index(column) for column in columns]
        return [tuple(str(row[position]) for position in positions) for row in tables[table].rows()]

    def status(table: str) -> tuple[StatusRow, ...]:
        every = (StatusRow(*row) for row in select(table, *StatusRow.__struct_fields__))
        return tuple(row for row in every if row.VO == "all")

    # every element has a change of status before any has a second one
    changed = resource_elements(names)[: rows.get("ResourceHistory", 0)]
    return Catalogue(
        profile=profile.name,
        seed=seed,
        sites=names.sites,
        computing_elements=names.computing_elements,
        storage_elements=names.storage_elements,
        fts_servers=names.fts_servers,
        vos=names.vos,
        elements_of_site=names.elements_of_site,
        resource_status=status("ResourceStatus"),
        site_status=status("SiteStatus"),
        downtimes=tuple(DowntimeRow(*row) for row in select("DowntimeCache", *DowntimeRow.__struct_fields__)),
        pilots=tuple(PilotRow(*row) for row in select("PilotCache", *PilotRow.__struct_fields__)),
        policy_results=tuple(PolicyRow(*row) for row in select("PolicyResult", *PolicyRow.__struct_fields__)),
        history_of=tuple((element.name, element.status_type) for element in changed),
        rows=dict(rows),
    )
