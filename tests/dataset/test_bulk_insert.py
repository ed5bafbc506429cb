from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy
from sqlalchemy import Connection

from harness.dataset.bulk_insert import BulkInsertError, bulk_engine, bulk_insert
from harness.dataset.table_content import Row

pytestmark = pytest.mark.stack

COLUMNS = ("Site", "Status", "Efficiency", "MaskStatus", "LastCheckTime")
NOON = "2026-01-01 12:00:00"
Query = Callable[[str, str], list[tuple[object, ...]]]
UrlOf = Callable[[str], sqlalchemy.URL]


def job_row(site: str, status: str = "Good") -> Row:
    return (site, status, 12.5, "Active", NOON)


@pytest.fixture
def connection(url_of: UrlOf) -> Iterator[Connection]:
    engine = bulk_engine(url_of("ResourceManagementDB"))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def sites(query: Query) -> list[object]:
    return [row[0] for row in query("ResourceManagementDB", "SELECT Site FROM JobCache ORDER BY Site")]


def test_what_is_sent_is_what_is_stored(connection: Connection, query: Query) -> None:
    rows = [job_row(f"site {number}") for number in range(3)]

    assert bulk_insert(connection, "JobCache", COLUMNS, iter(rows)) == 3

    connection.commit()
    statement = (
        "SELECT Site, Status, Efficiency, MaskStatus, CAST(LastCheckTime AS CHAR) FROM JobCache ORDER BY Site"
    )
    assert query("ResourceManagementDB", statement) == rows


def test_no_character_is_lost_or_takes_another_meaning(connection: Connection, query: Query) -> None:
    texts = [
        "",
        "NULL",
        "\\N",
        "a,b",
        'say "yes"',
        '"',
        "it's",
        "tab\there",
        "two\nlines",
        "back\\slash",
        "100 %s",
    ]
    texts += ["accès \N{GRINNING FACE}"]

    bulk_insert(connection, "JobCache", COLUMNS, [job_row(text) for text in texts])

    connection.commit()
    assert sorted(map(str, sites(query))) == sorted(texts)


def test_nothing_stays_without_a_commit(connection: Connection, query: Query) -> None:
    bulk_insert(connection, "JobCache", COLUMNS, [job_row("site")])
    connection.rollback()
    assert sites(query) == []


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([job_row("site"), job_row("site")], "Duplicate entry 'site'"),
        ([job_row("site", status="longer than its 16 characters")], "Data truncated for column 'Status'"),
        ([("site", "Good", 12.5, "Active", "yesterday")], "column 'LastCheckTime'"),
    ],
)
def test_rows_that_the_server_would_change_or_skip_are_an_error(
    rows: list[Row], complaint: str, connection: Connection
) -> None:
    with pytest.raises(BulkInsertError, match=complaint):
        bulk_insert(connection, "JobCache", COLUMNS, rows)


def test_a_column_that_needs_a_value_and_gets_none_is_an_error(connection: Connection) -> None:
    with pytest.raises(BulkInsertError, match="'LastCheckTime' doesn't have a default value"):
        bulk_insert(connection, "JobCache", COLUMNS[:-1], [job_row("site")[:-1]])


def test_an_error_of_the_generator_is_the_error_of_the_insert(connection: Connection) -> None:
    def rows() -> Iterator[Row]:
        yield job_row("site")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bulk_insert(connection, "JobCache", COLUMNS, rows())


def test_a_table_that_is_not_there_does_not_leave_a_writer_behind(connection: Connection) -> None:
    before = threading.active_count()
    endless = (job_row(f"site {number}") for number in itertools.count())

    with pytest.raises(sqlalchemy.exc.ProgrammingError, match="doesn't exist"):
        bulk_insert(connection, "NoSuchTable", COLUMNS, endless)

    assert threading.active_count() == before


def test_a_connection_that_breaks_in_the_middle_is_an_error(connection: Connection, query: Query) -> None:
    driver = connection.connection.dbapi_connection

    def rows() -> Iterator[Row]:
        for position in itertools.count():
            if position == 10_000:
                driver._sock.shutdown(socket.SHUT_RDWR)
            yield job_row(f"site {position}")

    with pytest.raises(BulkInsertError, match=r"the connection broke: .*Broken pipe"):
        bulk_insert(connection, "JobCache", COLUMNS, rows())

    connection.rollback()
    assert sites(query) == []
