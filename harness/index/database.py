"""The database of an index: opened or made, transactions that wait for others, errors that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from harness.errors import RssbenchError
from harness.index.address import shown
from harness.index.tables import INDEX_VERSION, TABLE_PREFIX, Table, VersionRow

#: How long one writer waits for another, and how long a server may take to be reached and to answer.
BUSY_TIMEOUT_S = 60
CONNECT_TIMEOUT_S = 10
ANSWER_TIMEOUT_S = 60

#: How often a transaction is begun that a server ended in favour of another one.
ATTEMPTS = 10

#: What MySQL and MariaDB (numbers) and PostgreSQL (SQLSTATE) say of a transaction that may be begun again.
_BEGIN_AGAIN = {1205, 1213, "40001", "40P01"}

#: Any number that other users of the database are unlikely to lock with.
_LOCK_NUMBER = 0x52535342
_LOCK_NAME = "rssbench index"

_CONNECT_ARGUMENTS: dict[str, dict[str, Any]] = {
    "sqlite": {"timeout": BUSY_TIMEOUT_S},
    "mysql": {
        "charset": "utf8mb4",
        "connect_timeout": CONNECT_TIMEOUT_S,
        "read_timeout": ANSWER_TIMEOUT_S,
        "write_timeout": ANSWER_TIMEOUT_S,
    },
    "postgresql": {"connect_timeout": CONNECT_TIMEOUT_S, "tcp_user_timeout": ANSWER_TIMEOUT_S * 1000},
}


class IndexBroken(RssbenchError):  # noqa: N818 - like the others, named after what is wrong
    """The file of a local index is damaged, or no index at all; making it anew loses nothing."""


class Index:
    """An open index. ``shared``: on a server, so that it holds more than the runs of this machine."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.dialect = url.get_backend_name()
        self.shared = self.dialect != "sqlite"
        # no gap locks on MariaDB: writers of different runs do not wait for each other
        options = {"isolation_level": "READ COMMITTED"} if self.shared else {}
        self.engine = sqlalchemy.create_engine(url, connect_args=_CONNECT_ARGUMENTS[self.dialect], **options)

    def write(self, work: Callable[[Connection], None]) -> None:
        """Do ``work`` in one transaction: all of it or nothing. It is done again when the server asks for that."""
        with explained(self.url):
            for attempt in range(ATTEMPTS):
                try:
                    with self.engine.begin() as connection:
                        work(connection)
                except OperationalError as error:
                    if attempt == ATTEMPTS - 1 or _code(error) not in _BEGIN_AGAIN:
                        raise
                else:
                    return

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with explained(self.url), self.engine.connect() as connection:
            yield connection


@contextmanager
def opened_index(url: URL) -> Iterator[Index]:
    """The index, with its tables made if they are not there; a local one of another version is emptied first.

    RssbenchError when it cannot be used, IndexBroken when its file is damaged.
    """
    if url.get_backend_name() == "sqlite" and not (folder := Path(str(url.database)).parent).is_dir():
        raise RssbenchError(f"there is no folder {folder} for an index; it is made by the first run")
    index = Index(url)
    try:
        with explained(url), index.engine.connect() as connection:
            if _version(connection) != INDEX_VERSION:
                _make_tables(connection, index)
        yield index
    finally:
        index.engine.dispose()


def set_aside_local_file(url: URL) -> Path:
    """Rename the file of a local index, for it may be anything, to the path returned; its journal is deleted.

    RssbenchError when that cannot be done.
    """
    file = Path(str(url.database))
    aside = file.with_name(f"{file.name}.broken")
    try:
        file.replace(aside)
        for suffix in ("-wal", "-shm"):
            file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
    except OSError as error:
        raise RssbenchError(f"cannot rename {file} to {aside}: {error.strerror}") from error
    return aside


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn an error of the database into one of ours: which index, what it said, what to do."""
    try:
        yield
    except SQLAlchemyError as error:
        said = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
        where = f"the index {shown(url)} cannot be used: {said}"
        if url.get_backend_name() != "sqlite":
            raise RssbenchError(
                f"{where}; check the address, that the server runs, and that the account may "
                "create, select, insert, update and delete in this database"
            ) from error
        if "malformed" in said or "not a database" in said:
            raise IndexBroken(
                f"{where}; `rssbench runs rebuild` makes it anew from the files of the runs"
            ) from error
        raise RssbenchError(f"{where}; make room, or allow writing in {Path(str(url.database)).parent}") from error


def _version(connection: Connection) -> int | None:
    """None when there are no tables of an index."""
    if not sqlalchemy.inspect(connection).has_table(VersionRow.__tablename__):
        return None
    return connection.scalar(sqlalchemy.select(VersionRow.version))


def _make_tables(connection: Connection, index: Index) -> None:
    """Only one process at a time does this; whoever comes second finds that it is done."""
    connection.rollback()
    _lock(connection, index.dialect)
    version = _version(connection)
    if version is not None and version != INDEX_VERSION and index.shared:
        raise RssbenchError(
            f"the index {shown(index.url)} has version {version}, this rssbench uses {INDEX_VERSION}; "
            f"use the rssbench that the others use, or another database"
        )
    if version != INDEX_VERSION:
        _drop_local_tables(connection, index)
        Table.metadata.create_all(connection)
        connection.execute(sqlalchemy.insert(VersionRow).values(version=INDEX_VERSION))
    connection.commit()
    if index.dialect == "sqlite":
        # readers go on while one writes; not possible while another process has the file open, and then left
        with suppress(OperationalError):
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")


def _lock(connection: Connection, dialect: str) -> None:
    """Held until the transaction ends; on MariaDB, where making a table ends it, until the connection does."""
    if dialect == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif dialect == "postgresql":
        connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(_LOCK_NUMBER)))
    else:
        connection.execute(sqlalchemy.select(sqlalchemy.func.get_lock(_LOCK_NAME, BUSY_TIMEOUT_S)))


def _drop_local_tables(connection: Connection, index: Index) -> None:
    """All that bear our prefix, whatever version made them."""
    if index.shared:
        return
    for name in sqlalchemy.inspect(connection).get_table_names():
        if name.startswith(TABLE_PREFIX):
            connection.exec_driver_sql(f"DROP TABLE {name}")


def _code(error: DBAPIError) -> object:
    original = error.orig
    state = getattr(original, "sqlstate", None)
    return state or (original.args[0] if original is not None and original.args else None)
