"""How every operation of a build grows with its tables: the exact lane at several sizes, and the indexes that are
missing, made and tried on the largest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy
from msgspec.structs import replace

from harness.builds.environment import BuildEnvironment
from harness.compare.missing_index import missing_index, table_of
from harness.dataset.profiles import PROFILES
from harness.growth import MissingIndex, OperationGrowth, StatementGrowth
from harness.measure.exact import count_operations
from harness.model import DataSet, ExactOperation, FrontDoor, StackError, Statement
from harness.stack.database import DATABASES
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack
from harness.stats.growth_law import Point, growth_law
from scenarios.catalogue import read_catalogue
from scenarios.operation import Operation

Progress = Callable[[str], None]

_INDEX_NAME = "rssbench_growth"


class GrowthRun:
    """``profiles``: at least two, the smallest first."""

    def __init__(  # noqa: PLR0913  what is counted, where, and who is told
        self,
        build: BuildEnvironment,
        profiles: Sequence[str],
        operations: Sequence[Operation],
        *,
        seed: int,
        stack_root: Path,
        progress: Progress,
    ) -> None:
        self._build = build
        self._profiles = profiles
        self._operations = operations
        self._seed = seed
        self._stack_root = stack_root
        self._progress = progress
        #: one per profile that was counted
        self.data_sets: list[DataSet] = []
        self.database_version = ""
        #: the one that the release is used by
        self.front_door: FrontDoor = "https"

    def run(self) -> tuple[OperationGrowth, ...]:
        """Count at every size; StackError when a stack fails."""
        sizes: list[tuple[ExactOperation, ...]] = []
        with ExitStack() as ends:
            for profile in self._profiles:
                ends.close()  # one stack at a time
                stack = ends.enter_context(self._start(profile))
                self._progress(f"counting {len(self._operations)} operations, profile {profile}")
                sizes.append(count_operations(stack, read_catalogue(stack.catalogue_file), self._operations))
                self.data_sets.append(stack.data_set)
                self.database_version, self.front_door = stack.database_version, stack.front_door
            found = tuple(
                grown(operation, counted, self.data_sets)
                for operation, *counted in zip(self._operations, *sizes, strict=True)
            )
            return self._tried(stack, found)

    def _start(self, profile: str) -> Stack:
        return start_stack(
            self._build,
            profile=PROFILES[profile],
            seed=self._seed,
            stack_root=self._stack_root,
            log_directory=None,
            progress=self._progress,
        )

    def _tried(self, stack: Stack, found: tuple[OperationGrowth, ...]) -> tuple[OperationGrowth, ...]:
        """With what each missing index is worth: made, counted by all operations that lack one there, dropped."""
        missing = [
            [statement.missing_index for statement in one.statements if statement.missing_index] for one in found
        ]
        indexes = dict.fromkeys(index for of_one in missing for index in of_one)
        if indexes:
            stack.reload_data_set()
        catalogue = read_catalogue(stack.catalogue_file)
        results = list(found)
        for index in indexes:
            self._progress(f"trying an index {index.table}({', '.join(index.columns)})")
            places = [
                place for place, of_one in enumerate(missing) if any(one.table == index.table for one in of_one)
            ]
            with _index(stack, index):
                counted = count_operations(stack, catalogue, [self._operations[place] for place in places])
            for place, one in zip(places, counted, strict=True):
                results[place] = with_index(results[place], index, one)
        return tuple(results)


def grown(
    operation: Operation, counted: Sequence[ExactOperation], data_sets: Sequence[DataSet]
) -> OperationGrowth:
    """One operation from its counts at each size."""
    texts = {tuple(statement.text for statement in one.statements) for one in counted}
    problem = next((one.problem for one in reversed(counted) if one.problem), None)
    if problem is None and len(texts) > 1:
        problem = "it sends other statements at other sizes"
    statements = zip(*(one.statements for one in counted), strict=True) if problem is None else ()
    return OperationGrowth(
        operation=operation.name,
        kind=operation.kind,
        statements=tuple(_statement(sizes, data_sets) for sizes in statements),
        rows_examined=tuple(one.rows_examined for one in counted),
        commits=tuple(one.commits for one in counted),
        connections=tuple(one.connections for one in counted),
        nested_calls=counted[-1].nested_calls,
        problem=problem,
    )


def _statement(sizes: Sequence[Statement], data_sets: Sequence[DataSet]) -> StatementGrowth:
    text = sizes[-1].text
    table = table_of(text)
    stored = tuple(data_set.rows.get(table, 0) if table else 0 for data_set in data_sets)
    examined = tuple(size.rows_examined for size in sizes)
    answered = tuple(size.rows_sent + size.rows_affected for size in sizes)
    law = growth_law([Point(*point) for point in zip(stored, examined, answered, strict=True)])
    return StatementGrowth(
        text=text,
        table=table,
        rows_stored=stored,
        rows_examined=examined,
        rows_answered=answered,
        full_scan=sizes[-1].full_scan,
        law=law,
        missing_index=missing_index(text) if sizes[-1].full_scan and law == "table" else None,
    )


@contextmanager
def _index(stack: Stack, index: MissingIndex) -> Iterator[None]:
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
    """What its statements examined while the index was there."""
    examined = {statement.text: statement.rows_examined for statement in counted.statements}

    def changed(statement: StatementGrowth) -> StatementGrowth:
        missing = statement.missing_index
        if missing is None or missing.table != index.table:
            return statement
        tried = replace(index, rows_examined=examined.get(statement.text))
        if (missing.table, missing.columns) == (index.table, index.columns):
            return replace(statement, missing_index=tried)
        return replace(statement, other_indexes=(*statement.other_indexes, tried))

    return replace(one, statements=tuple(map(changed, one.statements)))
