"""The elements whose evaluation is measured, and their rows as they have to be before each one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy
from sqlalchemy import Connection, NullPool, bindparam, create_engine, text

from harness.dataset.installation import Installation, host_of_storage_element
from harness.errors import StackError
from harness.stack.database import DatabaseAddress


@dataclass(frozen=True)
class EvaluatedElement:
    """``element`` and ``status_type`` as DIRAC asks for them. ``related``: names that its policies look at beside
    its own."""

    element_type: str
    element: str
    name: str
    status_type: str
    related: tuple[str, ...] = ()


#: Of the site that is evaluated: DIRAC asks for each of them, so their number must not differ between profiles.
_ELEMENTS_OF_SITE = 3


def evaluated_elements(names: Installation) -> tuple[EvaluatedElement, ...]:
    """The first of each type; of the sites, the first with three elements."""
    site = next(name for name in names.sites if len(names.elements_of_site[name]) == _ELEMENTS_OF_SITE)
    computing, storage = names.computing_elements[0], names.storage_elements[0]
    return (
        EvaluatedElement("Site", "Site", site, "all", names.elements_of_site[site]),
        EvaluatedElement("ComputingElement", "Resource", computing, "all"),
        EvaluatedElement("StorageElement", "Resource", storage, "ReadAccess", (host_of_storage_element(storage),)),
    )


# Nothing is wrong with the elements, and was not for a day. What an evaluation writes differs from what is there,
# but for the status: DIRAC leaves out of an UPDATE what has not changed.
_STATUS = (
    "UPDATE ResourceStatusDB.{table} SET Status = 'Active', Reason = 'before', TokenOwner = 'rs_svc',"
    " DateEffective = :then, LastCheckTime = :then WHERE Name IN :names"
)
_RESULT = (
    "UPDATE ResourceManagementDB.PolicyResult SET Status = 'Active', Reason = 'before', DateEffective = :then,"
    " LastCheckTime = :then WHERE Name IN :names"
)
_PILOTS = "UPDATE ResourceManagementDB.PilotCache SET PilotJobEff = 95 WHERE CE IN :names"
_SPACE = "UPDATE ResourceManagementDB.SpaceTokenOccupancyCache SET Free = 5e7, Total = 9e7 WHERE Token IN :names"
_DOWNTIMES = "DELETE FROM ResourceManagementDB.DowntimeCache WHERE Name IN :names"
_PUT_BACK = (
    _STATUS.format(table="SiteStatus"),
    _STATUS.format(table="ResourceStatus"),
    _RESULT,
    _PILOTS,
    _SPACE,
    _DOWNTIMES,
)

# Inspectors look at what was last checked long ago; 20 minutes are the longest that they wait.
_NOTHING_DUE = "UPDATE ResourceStatusDB.{table} SET LastCheckTime = :now"
_DUE = (
    "UPDATE ResourceStatusDB.{table} SET LastCheckTime = :then, Status = 'Active', TokenOwner = 'rs_svc'"
    " WHERE Name IN :names AND VO = 'all'"
)


class ElementRows:
    """Changes rows as the suite's own account: none of it is counted as DIRAC's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put_back(self, element: EvaluatedElement) -> None:
        """As they were before the element was evaluated."""
        self._change(_PUT_BACK, [element.name, *element.related])

    def make_due(self, table: str, names: Sequence[str]) -> None:
        """Let exactly these elements of SiteStatus or ResourceStatus be due for inspection, all of them Active."""
        self._change((_NOTHING_DUE.format(table=table), _DUE.format(table=table)), names)

    def connections(self) -> int:
        """How many have been opened to the database server since it started, by whomever."""
        ((_, count),) = self._connection.execute(text("SHOW GLOBAL STATUS LIKE 'Connections'")).all()
        return int(count)

    def insert_cache_row(self, name: str) -> None:
        """A row as EmailAction writes it."""
        self._connection.execute(
            text(
                "INSERT INTO ResourceStatusDB.ResourceStatusCache"
                " (SiteName, ResourceName, Status, PreviousStatus, StatusType, Time)"
                " VALUES ('LCG.Geneva.ch', :name, 'Banned', 'Active', 'all', UTC_TIMESTAMP())"
            ),
            {"name": name},
        )

    def cache_rows(self) -> set[str]:
        """The names of the elements that wait to be mailed."""
        names = self._connection.scalars(text("SELECT ResourceName FROM ResourceStatusDB.ResourceStatusCache"))
        return set(names)

    def clear_cache(self) -> None:
        self._connection.execute(text("DELETE FROM ResourceStatusDB.ResourceStatusCache"))

    def _change(self, statements: Sequence[str], names: Sequence[str]) -> None:
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
        values = {"names": list(names), "now": now, "then": now - dt.timedelta(days=1)}
        for statement in statements:
            needed = {name: value for name, value in values.items() if f":{name}" in statement}
            clause = text(statement)
            if "names" in needed:
                clause = clause.bindparams(bindparam("names", expanding=True))
            self._connection.execute(clause, needed)


@contextmanager
def element_rows(database: DatabaseAddress) -> Iterator[ElementRows]:
    """``database``: the address of an account that may change all rows. StackError when it refuses."""
    engine = create_engine(
        database.url("ResourceStatusDB"), isolation_level="AUTOCOMMIT", poolclass=NullPool, hide_parameters=True
    )
    try:
        with engine.connect() as connection:
            yield ElementRows(connection)
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise StackError(f"cannot change rows of elements: {error}") from error
