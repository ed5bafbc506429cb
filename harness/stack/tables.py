"""The definitions of the tables that a build made: two builds with equal ones can share a loaded database."""

from __future__ import annotations

import re

import sqlalchemy

from harness.errors import StackError
from harness.stack.database import DATABASES, DatabaseAddress

_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")


def table_definitions(database: DatabaseAddress) -> dict[str, str]:
    """``Database.Table`` to the statement that makes it, without its counter.

    StackError when they cannot be read.
    """
    found = {}
    for name in DATABASES:
        engine = sqlalchemy.create_engine(database.url(name), poolclass=sqlalchemy.NullPool)
        try:
            with engine.connect() as connection:
                for table in sqlalchemy.inspect(connection).get_table_names():
                    row = connection.exec_driver_sql(f"SHOW CREATE TABLE `{table}`").one()
                    found[f"{name}.{table}"] = _COUNTER.sub("", row[1])
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise StackError(f"cannot read the tables of {name}: {error}") from error
    return found
