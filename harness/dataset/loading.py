"""Bulk loading of a data set into the tables that the build's own DIRAC created, counted afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter

import sqlalchemy
from sqlalchemy import Engine, MetaData, Table

from harness.dataset.bulk_insert import BulkInsertError, bulk_engine, bulk_insert
from harness.dataset.content import catalogue_of, table_contents
from harness.dataset.profiles import Profile
from harness.dataset.table_content import TableContent
from harness.errors import StackError
from scenarios.catalogue import Catalogue

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
        engine = bulk_engine(url_of(database))
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
            known = [number for number, column in enumerate(content.columns) if column in table.columns]
            rows = map(itemgetter(*known), content.rows())
            sent = bulk_insert(connection, table.name, [content.columns[number] for number in known], rows)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"ANALYZE TABLE `{table.name}`").all()
            found = connection.scalar(sqlalchemy.select(sqlalchemy.func.count()).select_from(table))
    except (sqlalchemy.exc.SQLAlchemyError, BulkInsertError) as error:
        raise StackError(f"cannot load {content.database}.{table.name}: {_cause(error)}") from error
    if found != sent:
        raise StackError(f"{content.database}.{table.name} holds {found} rows after loading, expected {sent}")
    return sent


def _cause(error: Exception) -> str:
    """What the database said, without the statement and its thousands of values."""
    return str(getattr(error, "orig", None) or error)
