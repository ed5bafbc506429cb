"""Bulk loading of a data set into the tables that the build's own DIRAC created, counted afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import sqlalchemy
from sqlalchemy import Connection, Engine, MetaData, Table

from harness.dataset.content import catalogue_of, table_contents
from harness.dataset.profiles import Profile
from harness.dataset.table_content import Row, TableContent
from harness.model import StackError
from scenarios.catalogue import Catalogue

#: Rows that are held in memory at a time. PyMySQL sends them as statements of at most 1 MB.
BATCH_ROWS = 5_000

#: Tables that every release has; without them no DIRAC has been here.
_ALWAYS_THERE = {"SiteStatus", "ResourceStatus", "PolicyResult"}


@dataclass(frozen=True)
class LoadedDataSet:
    """``rows``: table name to the rows that the database counted after loading."""

    catalogue: Catalogue
    rows: dict[str, int]
    load_s: float


def load_data_set(url_of: Callable[[str], sqlalchemy.URL], profile: Profile, seed: int) -> LoadedDataSet:
    """Fill the empty tables of ResourceStatusDB and ResourceManagementDB; ``url_of`` gives the URL of a database
    (driver PyMySQL). What a release does not have, table or column, is left out.

    StackError naming the table when it cannot be filled, or when the database counts other than what was sent.
    """
    started_s = time.perf_counter()
    rows: dict[str, int] = {}
    contents = table_contents(profile, seed)
    for database in dict.fromkeys(content.database for content in contents):
        engine = sqlalchemy.create_engine(url_of(database), paramstyle="format", hide_parameters=True)
        try:
            tables = _tables_of(engine, database)
            for content in contents:
                if content.database == database and content.table in tables:
                    rows[content.table] = _fill(engine, tables[content.table], content)
        finally:
            engine.dispose()
    missing = _ALWAYS_THERE - rows.keys()
    if missing:
        raise StackError(f"the databases lack {', '.join(sorted(missing))}: DIRAC has not created its tables")
    load_s = time.perf_counter() - started_s
    return LoadedDataSet(catalogue_of(profile, seed, rows), rows, load_s)


def _tables_of(engine: Engine, database: str) -> dict[str, Table]:
    schema = MetaData()
    try:
        schema.reflect(engine)
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise StackError(f"cannot read the tables of {database}: {_cause(error)}") from error
    return dict(schema.tables)


def _fill(engine: Engine, table: Table, content: TableContent) -> int:
    """Load one table in one transaction, refresh the optimiser's statistics and return the rows it now has."""
    try:
        with engine.begin() as connection:
            sent = _insert(connection, table, content)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"ANALYZE TABLE `{table.name}`").all()
            found = connection.scalar(sqlalchemy.select(sqlalchemy.func.count()).select_from(table))
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise StackError(f"cannot load {content.database}.{table.name}: {_cause(error)}") from error
    if found != sent:
        raise StackError(f"{content.database}.{table.name} holds {found} rows after loading, expected {sent}")
    return sent


def _insert(connection: Connection, table: Table, content: TableContent) -> int:
    known = [column for column in content.columns if column in table.columns]
    # The text is SQLAlchemy's; the tuples go straight to the driver, which makes many-row inserts of them.
    insert = table.insert().compile(dialect=connection.dialect, column_keys=known)
    position_of = {column: position for position, column in enumerate(content.columns)}
    in_order = [position_of[column] for column in insert.positiontup or ()]
    sent = 0
    for batch in _batches(tuple(row[position] for position in in_order) for row in content.rows()):
        connection.exec_driver_sql(str(insert), batch)
        sent += len(batch)
    return sent


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch


def _cause(error: Exception) -> str:
    """What the database said, without the statement and its thousands of values."""
    return str(getattr(error, "orig", None) or error)
