"""What a missing index is worth: made on a loaded database, used, dropped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy
from msgspec.structs import replace

from harness.counted import ExactOperation
from harness.errors import StackError
from harness.growth import MissingIndex, OperationGrowth, StatementGrowth
from harness.stack.database import DATABASES
from harness.stack.lifecycle import Stack

_INDEX_NAME = "rssbench_growth"


@contextmanager
def made_index(stack: Stack, index: MissingIndex) -> Iterator[None]:
    """The index is there, and the optimiser knows; StackError when the database refuses it."""
    where = sqlalchemy.text(
        "SELECT TABLE_SCHEMA FROM information_schema.TABLES"
        " WHERE TABLE_NAME = :table AND TABLE_SCHEMA IN :databases"
    ).bindparams(sqlalchemy.bindparam("databases", expanding=True))
    columns = ", ".join(f"`{column}`" for column in index.columns)
    engine = sqlalchemy.create_engine(
        stack.database.url("information_schema"), poolclass=sqlalchemy.NullPool, isolation_level="AUTOCOMMIT"
    )
    try:
        with engine.connect() as connection:
            database = connection.scalar(where, {"table": index.table, "databases": DATABASES})
            table = f"`{database}`.`{index.table}`"
            connection.exec_driver_sql(f"CREATE INDEX {_INDEX_NAME} ON {table} ({columns})")
            connection.exec_driver_sql(f"ANALYZE TABLE {table}").all()
            yield
            connection.exec_driver_sql(f"DROP INDEX {_INDEX_NAME} ON {table}")
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise StackError(f"cannot try an index of {index.table}: {error}") from error


def with_index(one: OperationGrowth, index: MissingIndex, counted: ExactOperation) -> OperationGrowth:
    """What its statements examined while the index was there; of one that was executed several times, the most."""
    examined: dict[str, int] = {}
    for statement in counted.statements:
        examined[statement.text] = max(statement.rows_examined, examined.get(statement.text, 0))

    def changed(statement: StatementGrowth) -> StatementGrowth:
        missing = statement.missing_index
        if missing is None or missing.table != index.table:
            return statement
        tried = replace(index, rows_examined=examined.get(statement.text))
        if (missing.table, missing.columns) == (index.table, index.columns):
            return replace(statement, missing_index=tried)
        return replace(statement, other_indexes=(*statement.other_indexes, tried))

    return replace(one, statements=tuple(map(changed, one.statements)))
