"""How often a database server executed which statement for the RSS, and what that cost in rows."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy import Connection, NullPool, bindparam, create_engine, text

from harness.cycles import StatementTotal
from harness.errors import StackError
from harness.measure.statement_log import normalised
from harness.stack.database import DATABASES, DatabaseAddress

_CLEAR = text("TRUNCATE TABLE events_statements_summary_by_digest")
_SWITCHED_OFF = text(
    "SELECT COUNT(*) FROM setup_consumers WHERE NAME IN ('global_instrumentation', 'statements_digest')"
    " AND ENABLED = 'NO'"
)
_ENABLE = text("UPDATE setup_instruments SET ENABLED = 'YES', TIMED = 'YES' WHERE NAME LIKE 'statement/%'")
# what has no text (a connection's end, a ping) has no digest; what did not fit into the table has no database
_TOTALS = text(
    "SELECT SCHEMA_NAME, DIGEST_TEXT, COUNT_STAR, SUM_ROWS_EXAMINED, SUM_ROWS_SENT, SUM_ROWS_AFFECTED"
    " FROM events_statements_summary_by_digest"
    " WHERE SCHEMA_NAME IN :databases AND DIGEST_TEXT IS NOT NULL ORDER BY FIRST_SEEN, SCHEMA_NAME, DIGEST_TEXT"
).bindparams(bindparam("databases", expanding=True))
_CONNECTED = text("SELECT COALESCE(SUM(TOTAL_CONNECTIONS), 0) FROM accounts WHERE USER = :account")


class StatementTotals:
    """Where :class:`~harness.measure.statement_log.StatementLog` keeps the latest thousand statements one by one,
    this adds up any number of them. Only what is executed in the two databases of the RSS counts.

    ``suite``: an account that may read performance_schema; ``account``: whose connections are counted.
    """

    def __init__(self, suite: DatabaseAddress, account: str) -> None:
        self._engine = create_engine(
            suite.url("performance_schema"), poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
        )
        self._account = account
        self._connection: Connection
        self._connected = 0

    def __enter__(self) -> Self:
        self._connection = self._engine.connect()
        self._connection.execute(_ENABLE)
        if self._connection.scalar(_SWITCHED_OFF):
            self._connection.close()
            raise StackError("the database server does not add up statements: its consumers are switched off")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def clear(self) -> None:
        """Forget what was executed until now."""
        self._connection.execute(_CLEAR)
        self._connected = self._connections()

    def executed(self) -> tuple[StatementTotal, ...]:
        """Each statement since :meth:`clear`, in the order in which they were first seen."""
        rows = self._connection.execute(_TOTALS, {"databases": DATABASES}).all()
        return tuple(
            StatementTotal(database, normalised(digest), *map(int, counts)) for database, digest, *counts in rows
        )

    def connected(self) -> int:
        """Connections that the account has opened since :meth:`clear`."""
        return self._connections() - self._connected

    def _connections(self) -> int:
        return int(self._connection.scalar(_CONNECTED, {"account": self._account}))
