"""Real changes of DIRAC's code are found in the operations they concern, and in no other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import pytest
import sqlalchemy

from harness.builds.environment import BuildEnvironment
from harness.compare.exact_lane import absent_operations, compare_exact
from harness.compare.exact_text import explanations, short_changes
from harness.comparison import ExactComparison
from harness.counted import ExactOperation
from harness.dataset.profiles import PROFILES
from harness.measure.exact import count_operations
from harness.measure.exact_counts import merge_counts
from harness.stack.fresh import Origin, Placement, fresh_stacks
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack
from scenarios.catalogue import read_catalogue
from scenarios.operation import Request
from scenarios.operations import STANDARD
from tests.compare.changed_build import Changes, changed_build

pytestmark = pytest.mark.stack

Counts = tuple[ExactOperation, ...]

DATABASE_CLASS = "DIRAC/Core/Base/SQLAlchemyDB.py"
PUBLISHER = "DIRAC/ResourceStatusSystem/Service/PublisherHandler.py"

#: Each change concerns operations of its own, so one contender has them all.
ONE_OF_EACH: Changes = {
    DATABASE_CLASS: [
        (
            "            # setting up the select query\n",
            """\
            if table == "PilotCache" and "Site" not in params:  # a select more
                session.query(table_c).limit(1).all()
            if table == "DowntimeCache":  # an engine per call
                create_engine(self.engine.url).connect().close()
            if "DateEffective" in params:  # a filter on the primary key less
                params.pop("Name")
            if table == "PolicyResult":  # a filter less, which no index serves
                name = params.pop("Name")
            if table == "ResourceHistory":  # wrong: all rows, not one
                limit = None
""",
        ),
        (
            "            selectionRes = select.all()\n",
            """\
            if table == "PolicyResult":
                select = select.add_columns(table_c.name)
            selectionRes = select.all()
            if table == "PolicyResult":
                selectionRes = [row for row in selectionRes if row.name == name]
""",
        ),
        (
            "            finalResult = S_OK(selectionResToList)\n",
            """\
            if table == "ResourceLog":  # another answer
                selectionResToList[3][4] = "Unknown"
            if table == "SiteStatus":  # the same answer
                selectionResToList.reverse()
            finalResult = S_OK(selectionResToList)
            if "TokenOwner" in params and "StatusType" not in params:  # a larger answer
                finalResult["Comment"] = "x" * 100
""",
        ),
        (
            "            session.add(tableRow_o)\n            session.commit()\n",
            """\
            session.add(tableRow_o)
            session.commit()
            if table == "ResourceStatusCache":  # a commit more
                session.connection().exec_driver_sql("COMMIT")
""",
        ),
    ],
    PUBLISHER: [
        (
            '        columns = ["Status", "PolicyName", "DateEffective", "LastCheckTime", "Reason"]\n',
            """\
        cls.rsClient.selectStatusElement("Site", "Status", name="no such site")  # a nested call more
        columns = ["Status", "PolicyName", "DateEffective", "LastCheckTime", "Reason"]
""",
        ),
    ],
}

#: In every method that asks the database for something.
A_STATEMENT_EVERYWHERE: Changes = {
    DATABASE_CLASS: [
        (
            "        self.sessionMaker_o = sessionmaker(bind=self.engine)\n",
            """\
        def one_more(*arguments, **options):
            session = sessionmaker(bind=self.engine)(*arguments, **options)
            session.connection().exec_driver_sql("SELECT 42")
            return session
        self.sessionMaker_o = one_more
""",
        ),
    ],
}


#: Operation, the table it reads whole, and the column it asks for a name of.
WHOLE_TABLES = (
    ("ResourceStatus.select last history", "ResourceStatusDB.ResourceHistory", "Name"),
    ("ResourceManagement.select downtimes", "ResourceManagementDB.DowntimeCache", "Name"),
    ("ResourceManagement.select pilots", "ResourceManagementDB.PilotCache", "CE"),
    ("ResourceManagement.select policy results", "ResourceManagementDB.PolicyResult", "Name"),
)


def change_tables(stack: Stack) -> None:
    """One row less that nobody asks for in each whole table, and an index less."""
    catalogue = read_catalogue(stack.catalogue_file)
    calls = {operation.name: operation.call(catalogue, Request(0, "")) for operation in STANDARD}
    engine = sqlalchemy.create_engine(stack.database.url("mysql"), poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        for operation, table, column in WHOLE_TABLES:
            asked = {"name": calls[operation].arguments[1][column]}
            statement = sqlalchemy.text(f"DELETE FROM {table} WHERE {column} <> :name LIMIT 1")
            assert connection.execute(statement, asked).rowcount == 1
        connection.exec_driver_sql("ALTER TABLE ResourceManagementDB.PilotCache DROP PRIMARY KEY")


def count(stack: Stack) -> Counts:
    return count_operations(stack, read_catalogue(stack.catalogue_file), STANDARD)


@pytest.fixture(scope="module")
def loaded(build: BuildEnvironment, stack_root: Path) -> Iterator[Stack]:
    """A stack that has ended, whose database every other one here is a copy of."""
    profile = PROFILES["M"]
    with start_stack(build, profile=profile, seed=7, stack_root=stack_root, log_directory=None) as stack:
        stack.freeze()
        yield stack


@pytest.fixture(scope="module")
def processes(build: BuildEnvironment, loaded: Stack, tmp_path_factory: pytest.TempPathFactory) -> list[Counts]:
    """The build in three fresh processes, each with a hash seed of its own."""
    origins = [Origin("baseline", loaded, build)] * 3
    placements = [Placement(hash_seed) for hash_seed in (0, 1, 4_294_967_295)]
    with fresh_stacks(origins, placements, tmp_path_factory.mktemp("logs")) as stacks:
        return [count(stack) for stack in stacks]


@pytest.fixture(scope="module")
def baseline(processes: list[Counts]) -> Counts:
    return tuple(map(merge_counts, processes[0], processes[1]))


@pytest.fixture(scope="module")
def changed(build: BuildEnvironment, loaded: Stack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counts]:
    """The changed code, and the build as it is on changed tables."""
    directory = tmp_path_factory.mktemp("changed")
    builds = {
        "one of each": changed_build(build, directory / "one", ONE_OF_EACH),
        "a statement everywhere": changed_build(build, directory / "everywhere", A_STATEMENT_EVERYWHERE),
        "tables": build,
    }
    origins = [Origin("changed", loaded, one) for one in builds.values()]
    with fresh_stacks(origins, [Placement(7)] * 3, directory / "logs") as stacks:
        change_tables(stacks[-1])
        return {name: count(stack) for name, stack in zip(builds, stacks, strict=True)}


@pytest.fixture(scope="module")
def contender(changed: dict[str, Counts]) -> Counts:
    return changed["one of each"]


@pytest.fixture(scope="module")
def found(baseline: Counts, contender: Counts) -> dict[str, ExactComparison]:
    return {one.operation: one for one in compare_exact(baseline, contender)}


def counters(comparison: ExactComparison) -> dict[str, tuple[int, int]]:
    return {change.counter: (change.baseline, change.contender) for change in comparison.counters}


def rises(comparison: ExactComparison) -> dict[str, int]:
    return {name: after - before for name, (before, after) in counters(comparison).items()}


def diff(comparison: ExactComparison) -> list[str]:
    return [f"{one.change} {one.times} {one.text}" for one in short_changes(comparison.statements)]


def test_a_build_is_the_same_as_itself_in_every_process(processes: list[Counts]) -> None:
    merged = [reduce(merge_counts, counts) for counts in zip(*processes, strict=True)]
    assert {one.operation: one.varying for one in merged if one.varying} == {}
    comparisons = compare_exact(processes[0], processes[2])
    assert [one.operation for one in comparisons] == [operation.name for operation in STANDARD]
    assert {(one.verdict, one.counters, one.statements, one.problem) for one in comparisons} == {
        ("same", (), (), None)
    }
    assert absent_operations(processes[0], processes[2], ("9.1.22", "9.1.22")) == ()


def test_what_was_not_changed_is_the_same(found: dict[str, ExactComparison]) -> None:
    changed = {
        "ResourceManagement.select pilots": "regression",
        "ResourceManagement.select downtimes": "regression",
        "ResourceStatus.select exact row": "regression",
        "ResourceStatus.insert email cache": "regression",
        "ResourceStatus.select by name and token owner": "regression",
        "ResourceManagement.select policy results": "regression",
        "Publisher.getElementPolicies": "regression",
        "Publisher.getElementHistory": "same",  # no limit was asked for
        "ResourceStatus.select last history": "wrong",
        "ResourceStatus.select log": "wrong",
    }
    assert {name: one.verdict for name, one in found.items()} == dict.fromkeys(found, "same") | changed
    unchanged = [one for name, one in found.items() if name not in changed]
    assert {(one.counters, one.statements, one.excluded) for one in unchanged} == {((), (), ())}
    assert len(found) == len(STANDARD)


def test_a_select_more_is_found(found: dict[str, ExactComparison]) -> None:
    one = found["ResourceManagement.select pilots"]
    assert rises(one) == {"statements": 1, "rows_examined": 1, "rows_sent": 1}
    assert diff(one) == [
        "added 1 SELECT PilotCache LIMIT ?",
        "kept 1 SELECT PilotCache WHERE CE = ?",
        "kept 2 ROLLBACK",
    ]


def test_a_filter_on_the_primary_key_less_is_found(found: dict[str, ExactComparison]) -> None:
    one = found["ResourceStatus.select exact row"]
    assert list(counters(one)) == ["rows_examined"]
    assert counters(one)["rows_examined"][0] == 1
    assert counters(one)["rows_examined"][1] > 100
    removed, added, *_ = diff(one)
    assert removed.startswith("removed 1 SELECT ResourceStatus WHERE Name = ? AND StatusType = ?")
    assert added.startswith("added 1 SELECT ResourceStatus WHERE StatusType = ?")


def test_rows_that_only_the_service_leaves_out_are_found(found: dict[str, ExactComparison]) -> None:
    one = found["ResourceManagement.select policy results"]
    assert list(counters(one)) == ["rows_sent"]
    assert counters(one)["rows_sent"][1] > 10 * counters(one)["rows_sent"][0]


def test_a_commit_more_is_found(found: dict[str, ExactComparison]) -> None:
    assert rises(found["ResourceStatus.insert email cache"])["commits"] == 1
    assert "added 1 COMMIT" in diff(found["ResourceStatus.insert email cache"])


def test_an_engine_per_call_is_found(found: dict[str, ExactComparison]) -> None:
    one = found["ResourceManagement.select downtimes"]
    assert rises(one)["connections"] == 1
    assert one.excluded == ()


def test_a_larger_answer_is_found(found: dict[str, ExactComparison]) -> None:
    one = found["ResourceStatus.select by name and token owner"]
    assert rises(one) == {"response_bytes": len(', "Comment": ""') + 100}
    assert one.statements == ()


def test_a_nested_call_more_is_found(found: dict[str, ExactComparison]) -> None:
    one = found["Publisher.getElementPolicies"]
    assert rises(one)["nested_calls"] == 1
    assert explanations(one) == ("+1 call ResourceStatus.select",)


def test_a_wrong_answer_is_no_speed_up(found: dict[str, ExactComparison]) -> None:
    wrong = found["ResourceStatus.select last history"]
    assert "expected 1 to 1 rows" in (wrong.problem or "")
    other = found["ResourceStatus.select log"]
    assert (other.problem or "").startswith("answers differ: 750 rows")


def test_the_changed_build_as_baseline_gives_the_improvements(baseline: Counts, contender: Counts) -> None:
    back = {one.operation: one for one in compare_exact(contender, baseline)}
    assert back["ResourceManagement.select pilots"].verdict == "improvement"
    assert rises(back["ResourceManagement.select pilots"]) == {
        "statements": -1,
        "rows_examined": -1,
        "rows_sent": -1,
    }
    assert "ResourceStatus.select last history" not in back
    (absent,) = absent_operations(contender, baseline, ("changed", "9.1.22"))
    assert (absent.operation, absent.build) == ("ResourceStatus.select last history", "changed")


def test_a_statement_more_is_found_in_every_operation(baseline: Counts, changed: dict[str, Counts]) -> None:
    found = compare_exact(baseline, changed["a statement everywhere"])
    assert {one.verdict for one in found} == {"regression"}
    assert len(found) == len(STANDARD)
    assert all("added 1 SELECT ?" in diff(one) for one in found)
    reads = {operation.name for operation in STANDARD if operation.kind == "read"}
    assert {rises(one)["statements"] for one in found if one.operation in reads} == {1}


def test_a_row_more_and_an_index_less_are_found(baseline: Counts, changed: dict[str, Counts]) -> None:
    there = {one.operation: one for one in compare_exact(changed["tables"], baseline)}
    for operation, _, _ in WHOLE_TABLES:
        assert there[operation].verdict == "regression"
        assert rises(there[operation]) == {"rows_examined": 1}
    back = {one.operation: one for one in compare_exact(baseline, changed["tables"])}
    without_index = back["ResourceManagement.select pilots of site"]
    assert (without_index.verdict, without_index.statements) == ("regression", ())
    (line,) = explanations(without_index)
    assert line.startswith(
        "rows examined 1 -> 179 by SELECT PilotCache WHERE Site = ? AND CE = ?: the text is the same"
    )
