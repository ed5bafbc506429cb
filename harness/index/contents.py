"""What is put into the index and taken out of it, one run per transaction."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection
from sqlalchemy.dialects import mysql, postgresql, sqlite

from harness.index.database import Index
from harness.index.figures import Columns
from harness.index.records import IndexRecord
from harness.index.tables import BuildRow, FigureRow, RunRow


@dataclass(frozen=True)
class KnownRun:
    """What the index knows of a run that was stored on this machine."""

    identity: str
    kind: str
    directory: Path
    modified_ns: int
    files_gone: bool


def put_record(index: Index, record: IndexRecord) -> None:
    """Add a run, or replace what the index had of it."""
    children: dict[type[BuildRow | FigureRow], list[Columns]] = {
        BuildRow: _numbered(record, record.builds),
        FigureRow: _numbered(record, record.figures),
    }

    def work(connection: Connection) -> None:
        # the row of the run first: it makes a second writer of the same run wait
        connection.execute(_upsert(index.dialect, record.run))
        for table, rows in children.items():
            connection.execute(sqlalchemy.delete(table).where(table.identity == record.identity))
            if rows:
                connection.execute(sqlalchemy.insert(table), rows)

    index.write(work)


def known_runs(index: Index, results: Path) -> list[KnownRun]:
    """The runs that were stored on this machine in this folder."""
    columns = (RunRow.identity, RunRow.kind, RunRow.directory, RunRow.modified_ns, RunRow.files_gone)
    query = sqlalchemy.select(*columns).where(RunRow.stored_on == platform.node())
    with index.reading() as connection:
        rows = connection.execute(query).all()
    known = [KnownRun(row[0], row[1], Path(row[2]), row[3], row[4]) for row in rows]
    return [run for run in known if run.directory.parent == results.resolve()]


def remove_run(index: Index, identity: str) -> None:
    """A run whose files are gone: marked in a shared index, which is all that is left, else dropped."""

    def mark(connection: Connection) -> None:
        connection.execute(sqlalchemy.update(RunRow).where(RunRow.identity == identity).values(files_gone=True))

    def drop(connection: Connection) -> None:
        for table in (FigureRow, BuildRow, RunRow):
            connection.execute(sqlalchemy.delete(table).where(table.identity == identity))

    index.write(mark if index.shared else drop)


def _numbered(record: IndexRecord, rows: list[Columns]) -> list[Columns]:
    return [{"identity": record.identity, "position": place, **row} for place, row in enumerate(rows)]


def _upsert(dialect: str, values: Columns) -> Any:  # noqa: ANN401 - a statement of one of three dialects
    if dialect == "mysql":
        return mysql.insert(RunRow).values(values).on_duplicate_key_update(values)
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(RunRow).values(values).on_conflict_do_update(index_elements=[RunRow.identity], set_=values)
