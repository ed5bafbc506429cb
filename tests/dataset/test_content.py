from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from itertools import pairwise

import pytest

from harness.dataset.content import catalogue_of, table_contents
from harness.dataset.profiles import PROFILES, STORAGE_STATUS_TYPES, Profile
from harness.dataset.table_content import TableContent

# Every shape there is, small enough to look at every row. L and XL differ from these in size only.
PROFILES_TO_READ = pytest.mark.parametrize("name", ["S", "M", "L-mVO"])
HISTORY = {"SiteHistory", "ResourceHistory"}

PRIMARY_KEYS = {
    "SiteStatus": ("Name", "StatusType", "VO"),
    "ResourceStatus": ("Name", "StatusType", "VO"),
    "DowntimeCache": ("DowntimeID",),
    "PilotCache": ("Site", "CE", "VO"),
    "PolicyResult": ("PolicyName", "StatusType", "Element", "Name", "VO"),
    "SpaceTokenOccupancyCache": ("Token",),
    "GGUSTicketsCache": ("GocSite",),
    "JobCache": ("Site",),
}
#: What DIRAC's columns hold at most, in characters; the narrowest of the tables that have a column of the name.
WIDTHS = {
    "Name": 64, "VO": 64, "Status": 8, "Reason": 512, "ElementType": 32, "TokenOwner": 16, "StatusType": 16,
    "PolicyName": 64, "Element": 32, "DowntimeID": 127, "GOCDBServiceType": 32, "Severity": 32, "Description": 512,
    "Link": 255, "Site": 64, "CE": 64, "Token": 64, "Endpoint": 128, "GocSite": 64, "Tickets": 1024,
    "MaskStatus": 32,
}  # fmt: skip
TIMES = {"DateEffective", "TokenExpiration", "LastCheckTime", "StartDate", "EndDate"}


def contents(profile: Profile, seed: int = 1) -> dict[str, TableContent]:
    return {content.table: content for content in table_contents(profile, seed)}


def readable(profile: Profile) -> dict[str, TableContent]:
    """All tables, without the history where it is long."""
    tables = contents(profile)
    return {table: tables[table] for table in tables if profile.name != "L-mVO" or table not in HISTORY}


def rows_of(content: TableContent) -> list[dict[str, object]]:
    return [dict(zip(content.columns, row, strict=True)) for row in content.rows()]


def digest(profile: Profile, seed: int) -> str:
    sha = hashlib.sha256()
    for content in table_contents(profile, seed):
        sha.update(f"{content.database} {content.table} {content.columns}\n".encode())
        for row in content.rows():
            sha.update(f"{row}\n".encode())
    return sha.hexdigest()


def test_the_rows_of_a_profile_and_seed_never_change() -> None:
    assert digest(PROFILES["S"], 1) == "59fbe81bca1ebee3afc98f4975224e141ee338322498863f4ec4b4b272b356d9"
    assert digest(PROFILES["M"], 1) == "10d91ba2dab5ea440fa1903bdd161ab0d4578b76c8bda0d4c247fc25c6c9a2f7"


def test_another_seed_makes_other_rows() -> None:
    first, second = contents(PROFILES["M"], 1), contents(PROFILES["M"], 2)
    assert all(list(first[table].rows()) != list(second[table].rows()) for table in first)


def test_rows_start_anew_at_every_call() -> None:
    history = contents(PROFILES["M"])["ResourceHistory"]
    assert list(history.rows()) == list(history.rows())


@PROFILES_TO_READ
def test_every_table_has_the_rows_of_its_profile(name: str) -> None:
    profile = PROFILES[name]
    expected = {
        "SiteStatus": profile.sites,
        "ResourceStatus": profile.resource_status_rows + profile.vo_status_rows,
        "SiteLog": profile.site_log_rows,
        "ResourceLog": profile.log_rows,
        "SiteHistory": profile.site_history_rows,
        "ResourceHistory": profile.history_rows,
        "DowntimeCache": profile.downtimes,
        "PilotCache": profile.pilot_rows,
        "PolicyResult": profile.policy_result_rows,
        "SpaceTokenOccupancyCache": profile.storage_elements,
        "GGUSTicketsCache": profile.sites,
        "JobCache": profile.sites,
    }
    counts = {table: sum(1 for _ in content.rows()) for table, content in readable(profile).items()}
    assert counts == {table: expected[table] for table in counts}
    assert set(contents(profile)) == set(expected)


@PROFILES_TO_READ
def test_primary_keys_are_unique(name: str) -> None:
    for table, key in PRIMARY_KEYS.items():
        keys = [tuple(row[column] for column in key) for row in rows_of(contents(PROFILES[name])[table])]
        assert len(set(keys)) == len(keys), table


@PROFILES_TO_READ
def test_values_fit_the_columns(name: str) -> None:
    for content in readable(PROFILES[name]).values():
        longest = dict.fromkeys(content.columns, 0)
        for row in rows_of(content):
            for column, value in row.items():
                longest[column] = max(longest[column], len(str(value)))
        assert {column: size for column, size in longest.items() if size > WIDTHS.get(column, size)} == {}


def test_times_are_written_as_the_database_prints_them() -> None:
    for content in contents(PROFILES["M"]).values():
        for row in rows_of(content):
            for column in TIMES & row.keys():
                assert str(datetime.fromisoformat(str(row[column]))) == row[column]


def test_storage_has_a_status_per_way_of_access_and_everything_else_one() -> None:
    rows = rows_of(contents(PROFILES["L-mVO"])["ResourceStatus"])
    types: dict[str, set[object]] = {}
    for row in rows:
        types.setdefault(str(row["ElementType"]), set()).add(row["StatusType"])
    assert types == {"ComputingElement": {"all"}, "FTS": {"all"}, "StorageElement": set(STORAGE_STATUS_TYPES)}


def test_statuses_have_realistic_shares() -> None:
    statuses = Counter(row["Status"] for row in rows_of(contents(PROFILES["L"])["ResourceStatus"]))
    assert set(statuses) == {"Active", "Degraded", "Probing", "Banned", "Error", "Unknown"}
    assert 0.75 < statuses["Active"] / statuses.total() < 0.92


def test_nearly_all_tokens_belong_to_the_service_and_never_expire() -> None:
    rows = rows_of(contents(PROFILES["L"])["ResourceStatus"])
    of_the_service = [row for row in rows if row["TokenOwner"] == "rs_svc"]
    assert 0.9 < len(of_the_service) / len(rows) < 1
    assert {row["TokenExpiration"] for row in of_the_service} == {"9999-12-31 23:59:59"}
    assert all(str(row["TokenExpiration"]) > str(row["DateEffective"]) for row in rows)


@pytest.mark.parametrize("table", ["ResourceHistory", "SiteHistory"])
def test_history_is_written_on_change_only_and_in_the_order_of_time(table: str) -> None:
    rows = rows_of(contents(PROFILES["M"])[table])
    assert all(str(earlier["DateEffective"]) <= str(later["DateEffective"]) for earlier, later in pairwise(rows))
    latest: dict[object, object] = {}
    for row in rows:
        element = (row["Name"], row["StatusType"])
        assert latest.get(element) != row["Status"]
        latest[element] = row["Status"]


def test_every_element_has_two_policy_results_per_status() -> None:
    tables = contents(PROFILES["M"])
    results = Counter((row["Name"], row["StatusType"]) for row in rows_of(tables["PolicyResult"]))
    elements = [*rows_of(tables["SiteStatus"]), *rows_of(tables["ResourceStatus"])]
    assert results == {(row["Name"], row["StatusType"]): 2 for row in elements}


def test_pilots_are_counted_per_site_and_per_computing_element_of_every_community() -> None:
    profile = PROFILES["L-mVO"]
    rows = rows_of(contents(profile)["PilotCache"])
    assert sum(row["CE"] == "Multiple" for row in rows) == profile.sites * profile.vos
    assert {row["VO"] for row in rows} == set(catalogue_of(profile, 1, {}).vos)


def test_pilots_of_the_only_community_are_stored_under_all() -> None:
    assert {row["VO"] for row in rows_of(contents(PROFILES["M"])["PilotCache"])} == {"all"}


@pytest.mark.parametrize("name", ["S", "M"])
def test_the_catalogue_is_what_the_tables_hold(name: str) -> None:
    profile = PROFILES[name]
    tables = contents(profile)
    counts = {table: sum(1 for _ in content.rows()) for table, content in tables.items()}

    catalogue = catalogue_of(profile, 1, counts)

    def select(table: str, *columns: str) -> list[tuple[object, ...]]:
        return [tuple(row[column] for column in columns) for row in rows_of(tables[table])]

    for table, listed in (("SiteStatus", catalogue.site_status), ("ResourceStatus", catalogue.resource_status)):
        fields = listed[0].__struct_fields__
        of_all = [row for row in select(table, *fields) if row[fields.index("VO")] == "all"]
        assert [tuple(getattr(row, name) for name in fields) for row in listed] == of_all
    for table, others in (
        ("DowntimeCache", catalogue.downtimes),
        ("PilotCache", catalogue.pilots),
        ("PolicyResult", catalogue.policy_results),
    ):
        fields = others[0].__struct_fields__
        assert [tuple(getattr(row, name) for name in fields) for row in others] == select(table, *fields)
    assert set(catalogue.history_of) == set(select("ResourceHistory", "Name", "StatusType"))
    assert len(set(catalogue.history_of)) == len(catalogue.history_of)
    assert catalogue.rows == counts
    assert (catalogue.profile, catalogue.seed) == (profile.name, 1)


def test_the_catalogue_leaves_out_tables_that_were_not_loaded() -> None:
    catalogue = catalogue_of(PROFILES["M"], 1, {"SiteStatus": 60, "ResourceStatus": 262})
    assert len(catalogue.resource_status) == 262
    assert (catalogue.downtimes, catalogue.pilots, catalogue.policy_results, catalogue.history_of) == (
        (),
        (),
        (),
        (),
    )
