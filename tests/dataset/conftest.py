from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy

from harness.builds.environment import prepare_build
from harness.dataset.profiles import PROFILES
from harness.settings import default_cache_folder, default_stack_folder
from harness.stack.database import DATABASES
from harness.stack.lifecycle import Stack, start_stack

UrlOf = Callable[[str], sqlalchemy.URL]


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack for its database: the tables in it are those that the real DIRAC made."""
    cache = Path(os.environ.get("RSSBENCH_CACHE") or default_cache_folder())
    root = Path(os.environ.get("RSSBENCH_STACK_FOLDER") or default_stack_folder())
    logs = tmp_path_factory.mktemp("logs")
    build = prepare_build("9.1.22", cache, lambda _line: None)
    with start_stack(build, profile=PROFILES["S"], seed=1, stack_root=root, log_directory=logs) as stack:
        yield stack


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
