"""What lies in the tables when a cycle begins, put there again for each repetition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import sqlalchemy

from harness.dataset.profiles import Profile
from harness.errors import StackError
from harness.stack.filling import empty_tables, fill
from harness.stack.lifecycle import Stack

# Every element three times, as three rounds of the inspectors leave it between two cycles, with the status that
# the history has last: production writes a log row at every evaluation, and changes are rare. One element in a
# hundred has changed in the third round.
_QUIET_LOG = """
    INSERT INTO {kind}Log (Name, StatusType, VO, Status, Reason, DateEffective, TokenExpiration, ElementType,
                           LastCheckTime, TokenOwner)
    SELECT now.Name, now.StatusType, now.VO,
           CASE WHEN seen.round < 3 OR MOD(CRC32(CONCAT(now.Name, now.StatusType)), 100) > 0
                THEN COALESCE(past.Status, now.Status)
                WHEN COALESCE(past.Status, now.Status) = 'Banned' THEN 'Active' ELSE 'Banned' END,
           now.Reason, UTC_TIMESTAMP(), now.TokenExpiration, now.ElementType, UTC_TIMESTAMP(),
           COALESCE(past.TokenOwner, now.TokenOwner)
    FROM (SELECT 1 AS round UNION ALL SELECT 2 UNION ALL SELECT 3) AS seen CROSS JOIN {kind}Status AS now
    LEFT JOIN (SELECT Name, StatusType, MAX(ID) AS ID FROM {kind}History GROUP BY Name, StatusType) AS latest
           ON latest.Name = now.Name AND latest.StatusType = now.StatusType
    LEFT JOIN {kind}History AS past ON past.ID = latest.ID
    WHERE now.VO = 'all' ORDER BY seen.round, now.Name, now.StatusType
"""


class TableState(Protocol):
    """``first`` before the first repetition, ``again`` before each of the others."""

    def first(self, stack: Stack) -> None: ...

    def again(self, stack: Stack) -> None: ...


class AsLoaded:
    """The data set of the profile. It is older than any period of an agent: everything is due."""

    def first(self, stack: Stack) -> None:
        stack.reload_data_set()

    again = first


@dataclass(frozen=True)
class WithHistory:
    """``history_rows`` rows in ResourceHistory, as many per site in SiteHistory, and a quiet log to summarise."""

    history_rows: int

    def first(self, stack: Stack) -> None:
        profile = replace(stack.profile, history_rows=self.history_rows, log_rows=0)
        empty_tables(stack.database)
        fill(stack.database, profile, stack.data_set.seed)
        self.again(stack)

    def again(self, stack: Stack) -> None:
        """The history has grown by the few changes of the cycle before; the log is empty."""
        for kind in ("Site", "Resource"):
            _execute(stack, f"TRUNCATE TABLE {kind}Log", _QUIET_LOG.format(kind=kind))


@dataclass(frozen=True)
class WithKeys:
    """As many sites as computing elements, and nothing else that has a status: the keys of the clients' caches."""

    keys: int

    def first(self, stack: Stack) -> None:
        empty_tables(stack.database)
        fill(stack.database, self.profile, stack.data_set.seed)

    def again(self, stack: Stack) -> None:
        """Nothing writes."""

    @property
    def profile(self) -> Profile:
        return Profile(
            name=f"{self.keys} keys",
            sites=self.keys,
            computing_elements=self.keys,
            storage_elements=0,
            fts_servers=0,
            vos=1,
            status_vos=0,
            history_rows=0,
            log_rows=0,
            downtimes=0,
        )


def _execute(stack: Stack, *statements: str) -> None:
    engine = sqlalchemy.create_engine(stack.database.url("ResourceStatusDB"), poolclass=sqlalchemy.NullPool)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise StackError(f"cannot make the log to summarise: {getattr(error, 'orig', error)}") from error
    finally:
        engine.dispose()
