from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy

from harness.stack.database import DATABASES
from harness.stack.lifecycle import Stack

UrlOf = Callable[[str], sqlalchemy.URL]


_numbers = itertools.count()


@pytest.fixture
def url_of(stack: Stack) -> Iterator[UrlOf]:
    """URLs of two databases for one test, with DIRAC's tables, empty."""
    suffix = f"_{next(_numbers)}"
    server = sqlalchemy.create_engine(stack.database.url("mysql"))
    with server.begin() as connection:
        for database in DATABASES:
            connection.exec_driver_sql(f"CREATE DATABASE {database}{suffix} CHARACTER SET utf8mb4")
            for table in sqlalchemy.inspect(connection).get_table_names(schema=database):
                connection.exec_driver_sql(f"CREATE TABLE {database}{suffix}.{table} LIKE {database}.{table}")
    yield lambda database: stack.database.url(f"{database}{suffix}")
    with server.begin() as connection:
        for database in DATABASES:
            connection.exec_driver_sql(f"DROP DATABASE {database}{suffix}")
    server.dispose()


@pytest.fixture
def query(url_of: UrlOf) -> Iterator[Callable[[str, str], list[tuple[object, ...]]]]:
    """Runs one statement on one of the two databases and returns its rows."""
    engines = {database: sqlalchemy.create_engine(url_of(database)) for database in DATABASES}

    def run(database: str, statement: str) -> list[tuple[object, ...]]:
        with engines[database].begin() as connection:
            result = connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else []

    yield run
    for engine in engines.values():
        engine.dispose()
