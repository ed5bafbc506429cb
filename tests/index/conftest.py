"""Databases for an index: a file, and one of its own for each test in a real MariaDB and a real PostgreSQL."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import URL

from harness import command
from harness.index.address import local_url
from harness.stack.database import DatabaseServer
from harness.stack.processes import Processes
from tests.conftest import reachable_folder

from .postgresql_server import postgresql_server

MARIADB_MARK = "mariadb-of-test-index"

_numbers = itertools.count()


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[URL]:
    runtime = Processes(MARIADB_MARK)
    with reachable_folder() as folder, DatabaseServer(folder / "mariadb", runtime) as starting:
        running = runtime.start("database", starting.program(folder), folder / "mariadb.log")
        starting.wait(lambda: None)
        yield starting.suite.url("mysql")
        command.stop_marked(MARIADB_MARK)
        running.wait()
        shutil.rmtree(folder / "mariadb")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    with reachable_folder() as folder, postgresql_server(folder) as url:
        yield url


def execute(url: URL, *statements: str) -> list[Any]:
    """The rows of the last of them; each is a transaction of its own."""
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                answer = connection.exec_driver_sql(statement)
            return list(answer) if answer.returns_rows else []
    finally:
        engine.dispose()


SHARED = [
    pytest.param("mariadb_server", id="MariaDB", marks=pytest.mark.stack),
    pytest.param("postgres_server", id="PostgreSQL", marks=pytest.mark.stack),
]


def _new_database(request: pytest.FixtureRequest) -> Iterator[URL]:
    server: URL = request.getfixturevalue(request.param)
    name = f"index_{next(_numbers)}"
    execute(server, f"CREATE DATABASE {name}")
    yield server.set(database=name)
    execute(server, f"DROP DATABASE {name}")


@pytest.fixture(params=SHARED)
def shared_url(request: pytest.FixtureRequest) -> Iterator[URL]:
    """An empty database on a server."""
    yield from _new_database(request)


@pytest.fixture(params=[pytest.param(None, id="SQLite"), *SHARED])
def url(request: pytest.FixtureRequest, results: Path) -> Iterator[URL]:
    """An empty database of each kind."""
    if request.param is None:
        yield local_url(results)
    else:
        yield from _new_database(request)
