"""The statements that a database server executes for others, read from its performance_schema."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from sqlalchemy import URL, Connection, NullPool, TextClause, create_engine, text

from harness.counted import Statement
from harness.errors import StackError

# What has to be on, if it is not: the history, and the instruments that feed it.
_CONSUMERS_OFF = text(
    "SELECT NAME FROM setup_consumers WHERE ENABLED = 'NO'"
    " AND NAME IN ('events_statements_current', 'events_statements_history_long')"
)
_SET_CONSUMER = text("UPDATE setup_consumers SET ENABLED = :enabled WHERE NAME = :name")
_INSTRUMENTS_OFF = text(
    "SELECT NAME, ENABLED, TIMED FROM setup_instruments"
    " WHERE NAME LIKE 'statement/%' AND (ENABLED = 'NO' OR TIMED = 'NO')"
)
_SET_INSTRUMENT = text("UPDATE setup_instruments SET ENABLED = :enabled, TIMED = :timed WHERE NAME = :name")

_CLEAR = text("TRUNCATE TABLE events_statements_history_long")
_UNFINISHED = text(
    "SELECT COUNT(*) FROM events_statements_current JOIN threads USING (THREAD_ID)"
    " WHERE END_EVENT_ID IS NULL AND PROCESSLIST_USER <> :our_account"
)
# A thread that has ended is no longer in threads, but what it executed still is in the history. For the server the
# end of a connection is a statement; when it comes is up to the client's garbage collector, so it is left out.
_EXECUTED = text(
    "SELECT COALESCE(DIGEST_TEXT, EVENT_NAME), ROWS_EXAMINED, ROWS_SENT, ROWS_AFFECTED, NO_INDEX_USED"
    " FROM events_statements_history_long LEFT JOIN threads USING (THREAD_ID)"
    " WHERE (PROCESSLIST_USER IS NULL OR PROCESSLIST_USER <> :our_account) AND EVENT_NAME <> 'statement/com/Quit'"
    " ORDER BY TIMER_START"
)
_CONNECTED = text("SELECT COALESCE(SUM(TOTAL_CONNECTIONS), 0) FROM accounts WHERE USER <> :our_account")

_FINISH_TIMEOUT_S = 5.0


class StatementLog:
    """Counts while it is entered; the server's settings are put back at the end.

    ``url``: an account of its own that may read and change performance_schema, with that as its database. The
    server keeps the latest 1,000 statements (its default), so calls are to be counted one by one.
    """

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
        self._our_account = {"our_account": url.username}
        self._undo: list[tuple[TextClause, dict[str, str]]] = []
        self._connection: Connection

    def __enter__(self) -> Self:
        self._connection = self._engine.connect()
        if self._connection.scalar(text("SELECT @@performance_schema")) != 1:
            self._connection.close()
            raise StackError("the database server was started without performance_schema")
        for name, enabled, timed in self._connection.execute(_INSTRUMENTS_OFF).all():
            self._set(_SET_INSTRUMENT, {"name": name, "enabled": enabled, "timed": timed}, {"timed": "YES"})
        for (name,) in self._connection.execute(_CONSUMERS_OFF).all():
            self._set(_SET_CONSUMER, {"name": name, "enabled": "NO"}, {})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._connection:
            while self._undo:
                self._connection.execute(*self._undo.pop())

    def clear(self) -> None:
        """Forget what was executed until now."""
        self._connection.execute(_CLEAR)

    def executed(self) -> tuple[Statement, ...]:
        """The statements of all other accounts since :meth:`clear`, in the order in which they began.

        ``rows_affected`` of an INSERT that returns columns (as MariaDB can) is 0, its ``rows_sent`` is not.
        """
        self._wait_until_finished()
        return tuple(
            Statement(
                text=normalised(digest),
                rows_examined=examined,
                rows_sent=sent,
                rows_affected=affected,
                full_scan=bool(no_index_used),
            )
            for digest, examined, sent, affected, no_index_used in self._connection.execute(
                _EXECUTED, self._our_account
            )
        )

    def connected(self) -> int:
        """How many connections all other accounts have opened since the server started."""
        return int(self._connection.scalar(_CONNECTED, self._our_account))

    def _wait_until_finished(self) -> None:
        """A client has its answer a moment before the server has counted the statement."""
        deadline_s = time.monotonic() + _FINISH_TIMEOUT_S
        while self._connection.scalar(_UNFINISHED, self._our_account):
            if time.monotonic() > deadline_s:
                raise StackError("the database is not quiet: a statement of another account does not end")

    def _set(self, statement: TextClause, was: dict[str, str], other: dict[str, str]) -> None:
        self._undo.append((statement, was))
        self._connection.execute(statement, was | {"enabled": "YES"} | other)


def normalised(digest: str) -> str:
    """The server writes lists of values alike if they are longer than one; here they all are."""
    return digest.strip().replace(" . ", ".").replace(" IN (?)", " IN (...)")
