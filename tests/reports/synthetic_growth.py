"""A made-up growth: two scans of one history, a read by its key, a read of everything, and one that is broken."""

from __future__ import annotations

from harness.growth import GrowthResult, Law, MissingIndex, OperationGrowth, StatementGrowth
from harness.model import DataSet
from harness.store import GROWTH
from tests.reports.synthetic_measurement import beginning, identity

LONG, SHORT = ("Name", "StatusType", "DateEffective"), ("Name",)


def statement(
    columns: str,
    examined: tuple[int, int],
    answered: tuple[int, int],
    law: Law,
    *indexes: MissingIndex,
) -> StatementGrowth:
    """The first of ``indexes`` is its own."""
    return StatementGrowth(
        text=f"SELECT {columns} FROM `ResourceHistory` WHERE `ResourceHistory`.`Name` = ?",
        table="ResourceHistory",
        rows_stored=(0, 70_000),
        rows_examined=examined,
        rows_answered=answered,
        full_scan=examined[1] == 70_000,
        law=law,
        missing_index=indexes[0] if indexes else None,
        other_indexes=indexes[1:],
    )


def operation(name: str, *statements: StatementGrowth, problem: str | None = None) -> OperationGrowth:
    return OperationGrowth(
        operation=name,
        kind="read",
        statements=statements,
        rows_examined=statements[0].rows_examined if statements else (0, 0),
        commits=(0, 0),
        connections=(0, 0),
        nested_calls=(),
        problem=problem,
    )


def index(columns: tuple[str, ...], rows: int) -> MissingIndex:
    return MissingIndex("ResourceHistory", columns, rows)


def growth() -> GrowthResult:
    last = statement("`Status`", (0, 70_000), (0, 1), "table", index(LONG, 1), index(SHORT, 98))
    history = statement("`Reason`", (0, 70_000), (0, 98), "table", index(SHORT, 98), index(LONG, 98))
    return GrowthResult(
        **beginning(GROWTH),
        build=identity(),
        front_door="https",
        profiles=("S", "L"),
        data_sets=tuple(
            DataSet(name, 1, {"ResourceHistory": rows}, 1.0) for name, rows in (("S", 0), ("L", 70_000))
        ),
        operations=(
            operation("ResourceStatus.select last history", last),
            operation("Publisher.getElementHistory", history),
            operation("ResourceStatus.select by name", statement("`VO`", (1, 1), (1, 1), "constant")),
            operation("ResourceStatus.select log", statement("`ID`", (5, 9), (5, 9), "answer")),
            operation("Publisher.getSites"),
            operation("ResourceManagement.insert job", problem="HTTP status 500: KeyError('self')"),
        ),
    )
