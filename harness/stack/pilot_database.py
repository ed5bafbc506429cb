"""The database of pilots: no part of the RSS, but from 9.1 on its commands connect to it when they are loaded."""

from __future__ import annotations

import sqlalchemy

from harness.errors import StackError
from harness.stack.agent_configuration import PILOT_DATABASE
from harness.stack.database import DatabaseAddress


def make_pilot_database(suite: DatabaseAddress, dirac: DatabaseAddress) -> None:
    """Empty, if it is not there; StackError when the server refuses it."""
    engine = sqlalchemy.create_engine(
        suite.url("mysql"), isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool
    )
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE IF NOT EXISTS {PILOT_DATABASE}")
            connection.exec_driver_sql(f"GRANT ALL ON {PILOT_DATABASE}.* TO '{dirac.user}'@'{dirac.host}'")
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise StackError(f"cannot make {PILOT_DATABASE}: {error}") from error
