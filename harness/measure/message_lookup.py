"""The messages that are really in an e-mail cache, looked up behind its back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy

from harness.errors import StackError
from harness.stack.database import DatabaseAddress

_MESSAGES = "SELECT ResourceName FROM ResourceStatusCache WHERE ResourceName LIKE :prefix"
_DURABILITY = (
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN"
    " ('innodb_flush_log_at_trx_commit', 'innodb_flush_method', 'innodb_doublewrite', 'sync_binlog')"
)


def database_messages(database: DatabaseAddress, prefix: str) -> list[str]:
    """One entry per row of the table whose name begins so; StackError when the database does not answer."""
    return [name for (name,) in _asked(database, _MESSAGES, prefix=f"{prefix}%")]


def durability(database: DatabaseAddress) -> dict[str, str]:
    """The settings that decide how much a commit waits for the disk; StackError as above."""
    return {name: value for name, value in _asked(database, _DURABILITY)}  # noqa: C416 - of rows of any length


def sqlite_messages(file: Path, prefix: str) -> list[str]:
    """One entry per row of the file whose name begins so; none where the file or its table could not be made."""
    if not file.exists():
        return []
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return [name for (name,) in connection.execute(_MESSAGES, {"prefix": f"{prefix}%"})]
        except sqlite3.OperationalError:
            return []


def _asked(database: DatabaseAddress, statement: str, **values: str) -> list[tuple[str, ...]]:
    engine = sqlalchemy.create_engine(database.url("ResourceStatusDB"), poolclass=sqlalchemy.NullPool)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sqlalchemy.text(statement), values).all()]
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise StackError(f"cannot look up the messages in ResourceStatusDB: {error}") from error
    finally:
        engine.dispose()
