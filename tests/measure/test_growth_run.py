"""Counts at several sizes become laws and missing indexes, and each index is tried on a real database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy
from msgspec.structs import replace

from harness.builds.environment import BuildEnvironment
from harness.counted import ExactOperation, Statement
from harness.errors import StackError
from harness.growth import MissingIndex, OperationGrowth
from harness.measure.exact import count_operations
from harness.measure.growth_run import GrowthRun, GrowthSettings, grown
from harness.measure.index_trial import made_index, with_index
from harness.measure.measurement_record import Place
from harness.model import DataSet
from harness.stack.lifecycle import Stack
from harness.store import GROWTH
from scenarios.catalogue import read_catalogue
from scenarios.operations import OPERATIONS

LAST, BY_NAME, INSERT = (
    next(operation for operation in OPERATIONS if operation.name == name)
    for name in (
        "ResourceStatus.select last history",
        "ResourceStatus.select by name",
        "ResourceManagement.insert job",
    )
)
SCAN = "SELECT `ResourceHistory`.`Status` FROM `ResourceHistory` WHERE `ResourceHistory`.`Name` = ?"
INDEX = MissingIndex("ResourceHistory", ("Name",))
OTHER = MissingIndex("ResourceHistory", ("VO", "Name"))
SIZES = [DataSet(name, 1, {"ResourceHistory": rows}, 1.0) for name, rows in (("S", 10), ("M", 1_000))]


def counted(
    examined: int, *, text: str = SCAN, full_scan: bool = True, problem: str | None = None
) -> ExactOperation:
    statements = (Statement(text, examined, 1, 0, full_scan), Statement("ROLLBACK", 0, 0, 0))
    return ExactOperation(LAST.name, statements, examined, 0, 0, 1, 1, nested_calls=(), problem=problem)


def test_a_scan_that_grows_with_its_table_lacks_an_index() -> None:
    one = grown(LAST.name, LAST.kind, [counted(10), counted(1_000)], SIZES)
    assert (one.rows_examined, one.problem) == ((10, 1_000), None)
    scan, rollback = one.statements
    assert (scan.table, scan.law, scan.missing_index) == ("ResourceHistory", "table", INDEX)
    assert (scan.rows_stored, scan.rows_answered, scan.full_scan) == ((10, 1_000), (1, 1), True)
    assert (rollback.table, rollback.law, rollback.missing_index) == (None, "constant", None)


def test_what_finds_its_rows_by_a_key_lacks_none() -> None:
    assert (
        grown(LAST.name, LAST.kind, [counted(1, full_scan=False)] * 2, SIZES).statements[0].missing_index is None
    )


def test_what_varies_at_one_size_is_not_put_down_to_the_sizes() -> None:
    varied = replace(counted(1_000, text="SELECT ?"), varying=("statements",))
    assert (
        grown(LAST.name, LAST.kind, [counted(10), varied], SIZES).problem
        == "its statements are not always the same"
    )


@pytest.mark.parametrize(
    ("sizes", "problem"),
    [
        ([counted(10), counted(1_000, problem="KeyError")], "KeyError"),
        ([counted(10), counted(1_000, text="SELECT ?")], "it sends other statements at other sizes"),
    ],
)
def test_without_the_same_statements_at_each_size_there_is_no_law(
    sizes: list[ExactOperation], problem: str
) -> None:
    one = grown(LAST.name, LAST.kind, sizes, SIZES)
    assert (one.problem, one.statements) == (problem, ())


def test_an_index_that_was_tried_has_the_rows_that_were_examined_with_it() -> None:
    one = grown(LAST.name, LAST.kind, [counted(10), counted(1_000)], SIZES)
    tried = with_index(with_index(one, INDEX, counted(1)), OTHER, counted(500))
    scan = tried.statements[0]
    assert scan.missing_index == MissingIndex("ResourceHistory", ("Name",), 1)
    assert scan.other_indexes == (MissingIndex("ResourceHistory", ("VO", "Name"), 500),)


def test_an_index_of_another_table_says_nothing() -> None:
    one = grown(LAST.name, LAST.kind, [counted(10), counted(1_000)], SIZES)
    assert with_index(one, MissingIndex("ResourceLog", ("Name",)), counted(1)) == one


@pytest.mark.stack
def test_an_index_that_is_tried_is_used_and_gone_afterwards(loaded_stack: Callable[[str], Stack]) -> None:
    stack = loaded_stack("M")
    catalogue = read_catalogue(stack.catalogue_file)

    def examined() -> int:
        (one,) = count_operations(stack, catalogue, [LAST])
        assert one.problem is None
        return one.rows_examined

    without = examined()
    with made_index(stack, MissingIndex("ResourceHistory", ("Name", "StatusType", "VO", "DateEffective"))):
        assert examined() == 1
    assert examined() == without == stack.data_set.rows["ResourceHistory"] + 1


@pytest.mark.stack
def test_an_index_that_cannot_be_made_is_an_error_of_the_stack(loaded_stack: Callable[[str], Stack]) -> None:
    stack = loaded_stack("M")
    with (
        pytest.raises(StackError, match=r"cannot try an index of ResourceHistory: .*Nowhere"),
        made_index(stack, MissingIndex("ResourceHistory", ("Nowhere",))),
    ):
        pass
    engine = sqlalchemy.create_engine(stack.database.url("ResourceStatusDB"), poolclass=sqlalchemy.NullPool)
    assert sqlalchemy.inspect(engine).get_indexes("ResourceHistory") == []


@pytest.mark.stack
def test_the_growth_of_a_real_dirac(build: BuildEnvironment, stack_root: Path, tmp_path: Path) -> None:
    said: list[str] = []
    place = Place(tmp_path, "rssbench growth", stack_root, said.append)
    names = (LAST.name, BY_NAME.name, INSERT.name, "evaluation of ComputingElement")
    result = GrowthRun(build, GrowthSettings(("S", "M"), names, 7, None), place).run()
    assert result == GROWTH.read(tmp_path)
    assert result.status == "complete"
    found = {one.operation: one for one in result.operations}
    last, by_name, insert, evaluation = (found[name] for name in names)
    assert [data_set.rows["ResourceHistory"] for data_set in result.data_sets] == [0, 7_000]
    assert (last.rows_examined, last.statements[0].law) == ((0, 7_001), "table")
    assert last.statements[0].missing_index == MissingIndex(
        "ResourceHistory", ("Name", "StatusType", "VO", "DateEffective"), 1
    )
    assert laws(by_name) == {"constant"}
    assert (insert.problem, insert.statements) == ("HTTP status 500: KeyError('self')", ())
    assert "trying an index ResourceHistory(Name, StatusType, VO, DateEffective)" in said
    assert (evaluation.kind, evaluation.problem) == ("evaluation", None)
    lacking = {one.missing_index.table for one in evaluation.statements if one.missing_index}
    assert lacking == {"DowntimeCache", "PilotCache"}
    assert all(one.missing_index.rows_examined is not None for one in evaluation.statements if one.missing_index)


def laws(one: OperationGrowth) -> set[str]:
    return {statement.law for statement in one.statements}
