from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
import sqlalchemy

from harness.dataset.content import catalogue_of, table_contents
from harness.dataset.loading import load_data_set
from harness.dataset.profiles import PROFILES
from harness.dataset.table_content import TableContent
from harness.errors import StackError

pytestmark = pytest.mark.stack

Query = Callable[[str, str], list[tuple[object, ...]]]
UrlOf = Callable[[str], sqlalchemy.URL]

S, M = PROFILES["S"], PROFILES["M"]


def stored(query: Query, content: TableContent, columns: list[str]) -> list[tuple[object, ...]]:
    rows = query(content.database, f"SELECT {', '.join(columns)} FROM {content.table}")
    return [tuple(str(value) if isinstance(value, datetime) else value for value in row) for row in rows]


def generated(content: TableContent, columns: list[str]) -> list[tuple[object, ...]]:
    kept = [content.columns.index(column) for column in columns]
    return [tuple(row[position] for position in kept) for row in content.rows()]


def columns_of(query: Query, content: TableContent) -> set[object]:
    return {row[0] for row in query(content.database, f"SHOW COLUMNS FROM {content.table}")}


def test_the_rows_in_the_database_are_the_generated_ones(url_of: UrlOf, query: Query) -> None:
    load_data_set(url_of, M, seed=3)

    for content in table_contents(M, 3):
        columns = [column for column in content.columns if column in columns_of(query, content)]
        assert sorted(stored(query, content, columns)) == sorted(generated(content, columns)), content.table


def test_history_is_stored_in_the_order_of_time(url_of: UrlOf, query: Query) -> None:
    load_data_set(url_of, M, seed=1)

    times = query("ResourceStatusDB", "SELECT DateEffective FROM ResourceHistory ORDER BY ID")
    assert len(times) == 7_000
    assert times == sorted(times)


def test_the_result_says_what_was_loaded(url_of: UrlOf, query: Query) -> None:
    loaded = load_data_set(url_of, M, seed=1)

    for content in table_contents(M, 1):
        assert query(content.database, f"SELECT COUNT(*) FROM {content.table}") == [(loaded.rows[content.table],)]
    assert loaded.catalogue == catalogue_of(M, 1, loaded.rows)
    assert loaded.load_s > 0


def test_installations_of_many_communities_load(url_of: UrlOf, query: Query) -> None:
    loaded = load_data_set(url_of, PROFILES["L-mVO"], seed=1)

    assert query("ResourceStatusDB", "SELECT COUNT(*) FROM ResourceStatus WHERE VO = 'all'") == [(442,)]
    assert loaded.rows["ResourceStatus"] == 4_442
    assert loaded.rows["ResourceHistory"] == 70_000


def test_a_table_that_the_release_lacks_is_left_out(url_of: UrlOf, query: Query) -> None:
    query("ResourceManagementDB", "DROP TABLE GGUSTicketsCache")
    query("ResourceManagementDB", "DROP TABLE DowntimeCache")

    loaded = load_data_set(url_of, S, seed=1)

    assert not {"GGUSTicketsCache", "DowntimeCache"} & loaded.rows.keys()
    assert loaded.catalogue.downtimes == ()
    assert query("ResourceManagementDB", "SHOW TABLES LIKE 'DowntimeCache'") == []


def test_a_column_that_the_release_lacks_is_left_out(url_of: UrlOf, query: Query) -> None:
    query("ResourceManagementDB", "ALTER TABLE PilotCache DROP COLUMN PilotsPerJob")

    assert load_data_set(url_of, S, seed=1).rows["PilotCache"] == 35


def test_a_column_that_only_this_release_has_is_filled(url_of: UrlOf, query: Query) -> None:
    query("ResourceManagementDB", "ALTER TABLE SpaceTokenOccupancyCache ADD COLUMN Endpoint VARCHAR(128) NOT NULL")

    load_data_set(url_of, S, seed=1)

    endpoints = query("ResourceManagementDB", "SELECT Endpoint FROM SpaceTokenOccupancyCache")
    assert all(str(endpoint).startswith("https://") for (endpoint,) in endpoints)


def test_a_column_that_nothing_is_known_of_is_an_error_that_names_it(url_of: UrlOf, query: Query) -> None:
    query("ResourceStatusDB", "ALTER TABLE SiteStatus ADD COLUMN Continent VARCHAR(64) NOT NULL")

    with pytest.raises(StackError, match=r"cannot load ResourceStatusDB\.SiteStatus: Field 'Continent'"):
        load_data_set(url_of, S, seed=1)


def test_databases_without_tables_are_an_error(url_of: UrlOf, query: Query) -> None:
    query("ResourceStatusDB", "DROP TABLE ResourceStatus")

    with pytest.raises(StackError, match="lack ResourceStatus: DIRAC has not created its tables"):
        load_data_set(url_of, S, seed=1)


def test_rows_that_were_there_before_are_an_error(url_of: UrlOf, query: Query) -> None:
    query(
        "ResourceStatusDB", "INSERT INTO SiteLog (Name, DateEffective) VALUES ('LCG.Elsewhere.org', '2026-01-01')"
    )

    with pytest.raises(StackError, match=r"ResourceStatusDB\.SiteLog holds 43 rows after loading, expected 42"):
        load_data_set(url_of, S, seed=1)


def test_loading_twice_is_an_error(url_of: UrlOf) -> None:
    load_data_set(url_of, S, seed=1)

    with pytest.raises(StackError, match=r"cannot load ResourceStatusDB\.SiteStatus: Duplicate entry"):
        load_data_set(url_of, S, seed=1)


def test_a_table_that_cannot_be_filled_keeps_no_part_of_it(url_of: UrlOf, query: Query) -> None:
    query("ResourceStatusDB", "ALTER TABLE ResourceLog MODIFY COLUMN Status VARCHAR(6) NOT NULL")

    with pytest.raises(StackError, match=r"cannot load ResourceStatusDB\.ResourceLog: .*'Status'"):
        load_data_set(url_of, S, seed=1)

    assert query("ResourceStatusDB", "SELECT COUNT(*) FROM ResourceLog") == [(0,)]


def test_a_database_that_does_not_answer_is_an_error(url_of: UrlOf) -> None:
    with pytest.raises(StackError, match="cannot read the tables of ResourceStatusDB: "):
        load_data_set(lambda database: url_of(database).set(port=1), S, seed=1)
