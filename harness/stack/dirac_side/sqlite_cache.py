"""The e-mail cache as a SQLite file: a reference of this suite, not DIRAC's code; needs no DIRAC.

Until 2019 DIRAC's EmailAction kept its messages in one table of a file. This one does the same work for a message
in the same order, with Python's default of 5 s to wait for a lock.
"""

import sqlite3
from contextlib import closing

_COLUMNS = ("SiteName", "ResourceName", "Status", "PreviousStatus", "StatusType")


class SqliteCache:
    """``insert`` has the arguments and the answer of DIRAC's client, so that DIRAC's action can use either."""

    def __init__(self, file, timeout_s=5.0):
        self.file = file
        self.timeout_s = timeout_s

    def insert(self, table, record):
        """Connect, make the table if it is not there, insert, commit, close."""
        try:
            with closing(sqlite3.connect(self.file, timeout=self.timeout_s)) as connection:
                columns = ", ".join(f"{name} VARCHAR(64) NOT NULL" for name in _COLUMNS)
                connection.execute(
                    f"CREATE TABLE IF NOT EXISTS {table} ({columns}, Time TIMESTAMP DEFAULT CURRENT_TIMESTAMP)"
                )
                connection.execute(
                    f"INSERT INTO {table} ({', '.join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608  our names
                    [record[name] for name in _COLUMNS],
                )
                connection.commit()
        except sqlite3.Error as error:
            return {"OK": False, "Message": str(error)}
        return {"OK": True, "Value": None}
