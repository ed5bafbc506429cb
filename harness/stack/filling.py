"""The data set of a running stack: loaded into the tables that DIRAC made, emptied, loaded again."""

from __future__ import annotations

import sqlalchemy

from harness.dataset.loading import load_data_set
from harness.dataset.profiles import Profile
from harness.errors import StackError
from harness.model import DataSet
from harness.stack.database import DATABASES, DatabaseAddress
from scenarios.catalogue import Catalogue

#: How long emptying a table may wait for a transaction that a service has left open.
_LOCK_TIMEOUT_S = 30


def fill(database: DatabaseAddress, profile: Profile, seed: int) -> tuple[DataSet, Catalogue]:
    """Load the data set into empty tables; StackError when the database refuses it."""
    loaded = load_data_set(database.url, profile, seed)
    return DataSet(profile.name, seed, loaded.rows, loaded.load_s), loaded.catalogue


def empty_tables(database: DatabaseAddress) -> None:
    """Delete all rows of both databases and start their counters anew; the tables stay."""
    for name in DATABASES:
        engine = sqlalchemy.create_engine(database.url(name))
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql(f"SET SESSION lock_wait_timeout = {_LOCK_TIMEOUT_S}")
                for table in sqlalchemy.inspect(connection).get_table_names():
                    connection.exec_driver_sql(f"TRUNCATE TABLE `{table}`")
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise StackError(f"cannot empty the tables of {name}: {error}") from error
        finally:
            engine.dispose()
