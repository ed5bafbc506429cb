"""What one request of an operation makes the database do."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy

from harness.counted import ExactOperation
from harness.errors import StackError
from harness.measure.exact import count_operations
from harness.measure.statement_log import StatementLog
from harness.stack.lifecycle import Stack
from scenarios.answers import exactly
from scenarios.catalogue import Catalogue, read_catalogue
from scenarios.operation import Call, Operation, Request
from scenarios.operations import OPERATIONS

pytestmark = pytest.mark.stack

#: What DIRAC 9.1.22 does not answer: why, and whether it does not have it.
NOT_ANSWERED = {
    "ResourceManagement.insert job": ("HTTP status 500: KeyError('self')", False),
    "Publisher.getNodeStatuses": ("the service has no such method: HTTP status 501", True),
}

SETTINGS = """
    SELECT NAME, ENABLED FROM setup_consumers UNION SELECT NAME, CONCAT(ENABLED, TIMED) FROM setup_instruments
"""


@pytest.fixture(scope="module")
def stack(loaded_stack: Callable[[str], Stack]) -> Stack:
    return loaded_stack("M")


@pytest.fixture(scope="module")
def counted(stack: Stack) -> dict[str, ExactOperation]:
    catalogue = read_catalogue(stack.catalogue_file)
    stack.reload_data_set()
    return {one.operation: one for one in count_operations(stack, catalogue, OPERATIONS)}


@pytest.fixture
def root(stack: Stack) -> Iterator[sqlalchemy.Connection]:
    engine = sqlalchemy.create_engine(
        stack.database.url("performance_schema"), isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool
    )
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def visitor(stack: Stack, root: sqlalchemy.Connection) -> Iterator[sqlalchemy.Engine]:
    """An account that is neither ours nor DIRAC's."""
    root.exec_driver_sql("CREATE USER 'visitor'@'127.0.0.1' IDENTIFIED BY 'visitor'")
    url = stack.database.url("information_schema").set(username="visitor", password="visitor")
    yield sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    root.exec_driver_sql("DROP USER 'visitor'@'127.0.0.1'")


def first_words(operation: ExactOperation) -> list[str]:
    return [statement.text.split()[0] for statement in operation.statements]


def test_every_operation_is_counted_but_what_this_release_lacks_or_has_broken(
    counted: dict[str, ExactOperation],
) -> None:
    assert list(counted) == [operation.name for operation in OPERATIONS]
    assert {one.operation: (one.problem, one.absent) for one in counted.values() if one.problem} == NOT_ANSWERED


def test_no_counter_varies_between_repetitions(counted: dict[str, ExactOperation]) -> None:
    assert {one.operation: one.varying for one in counted.values() if one.varying} == {}


def test_a_read_is_one_select_and_its_end(counted: dict[str, ExactOperation]) -> None:
    one = counted["ResourceStatus.select full table"]
    assert first_words(one) == ["SELECT", "ROLLBACK", "ROLLBACK"]
    assert one.statements[0].text.endswith("FROM `ResourceStatus` WHERE `ResourceStatus`.`VO` = ?")
    assert one.statements[0].rows_sent == 262
    assert (one.rows_examined, one.commits, one.connections) == (262, 0, 0)


def test_a_changed_status_is_two_transactions(counted: dict[str, ExactOperation]) -> None:
    one = counted["ResourceStatus.addOrModify status"]
    assert first_words(one) == ["SELECT", "UPDATE", "COMMIT", "ROLLBACK", "INSERT", "COMMIT", "ROLLBACK"]
    assert one.statements[1].rows_affected == 1
    assert one.statements[4].text.startswith("INSERT INTO `ResourceLog`")
    assert one.commits == 2


def test_a_filter_without_an_index_examines_the_whole_table(
    counted: dict[str, ExactOperation], stack: Stack
) -> None:
    rows = stack.data_set.rows
    examined = {name: one.rows_examined for name, one in counted.items()}
    assert examined["ResourceManagement.select downtimes"] == rows["DowntimeCache"]
    assert examined["ResourceManagement.select pilots"] == rows["PilotCache"]
    assert examined["ResourceManagement.select policy results"] == rows["PolicyResult"]
    assert examined["ResourceStatus.select last history"] >= rows["ResourceHistory"]
    assert examined["ResourceStatus.select exact row"] == 1


def test_statements_of_a_nested_call_are_counted(counted: dict[str, ExactOperation]) -> None:
    statement = counted["Publisher.getElementPolicies"].statements[0]
    assert "FROM `PolicyResult`" in statement.text


def test_nested_calls_are_those_that_the_service_makes(counted: dict[str, ExactOperation]) -> None:
    nested = {name: one.nested_calls for name, one in counted.items() if one.nested_calls}
    assert nested == {
        "Publisher.getElementStatuses": ("ResourceStatus.select",),
        "Publisher.getElementStatuses of all sites": ("ResourceStatus.select",),
        "Publisher.getElementHistory": ("ResourceStatus.select",),
        "Publisher.getElementPolicies": ("ResourceManagement.select",),
        "Publisher.getTree": ("ResourceStatus.select",) * 3,
        "Publisher.getElementStatuses of a type": ("ResourceStatus.select",),
        "Publisher.getDowntimes": ("ResourceManagement.select",),
        "Publisher.getDowntimes of storage": ("ResourceManagement.select",),
        "Publisher.getCachedDowntimes": ("ResourceManagement.select",),
        "Publisher.setStatus": ("ResourceStatus.select", "ResourceStatus.addOrModify"),
        "Publisher.setToken": ("ResourceStatus.select", "ResourceStatus.addOrModify"),
    }
    assert None not in {one.nested_calls for one in counted.values() if not one.problem}


def test_a_read_without_an_index_is_a_full_scan(counted: dict[str, ExactOperation]) -> None:
    scans = {
        name: [(one.text.split()[0], one.full_scan) for one in counted[name].statements if one.rows_examined]
        for name in (
            "ResourceStatus.select last history",
            "ResourceStatus.select exact row",
            "ResourceStatus.delete old history",
            "ResourceStatus.delete old log",
        )
    }
    assert scans == {
        "ResourceStatus.select last history": [("SELECT", True)],
        "ResourceStatus.select exact row": [("SELECT", False)],
        "ResourceStatus.delete old history": [("DELETE", True)],
        "ResourceStatus.delete old log": [("DELETE", False)],
    }


def test_the_answer_of_every_read_is_kept_in_short(counted: dict[str, ExactOperation], stack: Stack) -> None:
    answers = {name: one.answer for name, one in counted.items()}
    assert {name for name, answer in answers.items() if answer} == {
        operation.name
        for operation in OPERATIONS
        if operation.kind == "read" and operation.name not in NOT_ANSWERED
    }
    whole = answers["ResourceStatus.select log"]
    assert whole
    assert whole.rows == stack.data_set.rows["ResourceLog"]
    by_name = answers["ResourceStatus.select by name"]
    assert by_name
    assert by_name.beginning == '[["Active"]]'


def test_a_log_that_tells_nothing_is_no_count_of_nested_calls(stack: Stack, tmp_path: Path) -> None:
    call = Call(["SiteStatus", {"Name": "no such site"}], exactly([]))
    operation = Operation("silent", "ResourceStatus", "select", "read", lambda _catalogue, _request: call)
    (tmp_path / "empty.log").touch()
    part = stack._parts["service"]
    stack._parts["service"] = dataclasses.replace(part, log_file=tmp_path / "empty.log")
    try:
        (one,) = count_operations(stack, read_catalogue(stack.catalogue_file), (operation,))
    finally:
        stack._parts["service"] = part
    assert (one.problem, one.nested_calls) == (None, None)


def test_bytes_of_both_bodies_are_counted(counted: dict[str, ExactOperation]) -> None:
    one = counted["ResourceStatus.select log"]
    assert one.request_bytes == len("method=select&args=%5B%22ResourceLog%22%2C+%7B%22VO%22%3A+%22all%22%7D%5D")
    assert one.response_bytes > 750 * 100


def test_an_operation_that_fails_says_why_and_leaves_the_others_alone(stack: Stack) -> None:
    def operation(name: str, arguments: list[object]) -> Operation:
        call = Call(arguments, exactly([]))
        return Operation(name, "ResourceStatus", "select", "read", lambda _catalogue, _request: call)

    broken = operation("refused", ["NoSuchTable", {}])
    wrong = operation("wrong", ["SiteStatus", {"Meta": {"limit": 1}}])
    right = operation("right", ["SiteStatus", {"Name": "no such site"}])
    catalogue = read_catalogue(stack.catalogue_file)
    refused_one, wrong_one, right_one = count_operations(stack, catalogue, (broken, wrong, right))
    assert "NoSuchTable" in (refused_one.problem or "")
    assert refused_one.statements == ()
    assert "expected []" in (wrong_one.problem or "")
    assert right_one.problem is None
    assert first_words(right_one) == ["SELECT", "ROLLBACK", "ROLLBACK"]


def test_a_write_that_is_not_there_afterwards_is_none(stack: Stack) -> None:
    history = next(one for one in OPERATIONS if one.name == "ResourceStatus.insert history")

    def call(catalogue: Catalogue, request: Request) -> Call:
        return history.call(catalogue, Request(request.position, "nobody asks for this"))

    lost = dataclasses.replace(history, name="lost", call=call)
    kept, gone = count_operations(stack, read_catalogue(stack.catalogue_file), (history, lost))
    assert kept.problem is None
    assert gone.problem == "acknowledged, but not there when ResourceHistory is selected by Reason after it"


def test_a_counter_that_differs_is_named(stack: Stack) -> None:
    limits = iter(range(1, 10))

    def call(_catalogue: object, _request: object) -> Call:
        return Call(["SiteStatus", {"Meta": {"limit": next(limits)}}], lambda _value: None)

    operation = Operation("growing", "ResourceStatus", "select", "read", call)
    (one,) = count_operations(stack, read_catalogue(stack.catalogue_file), (operation,))
    assert set(one.varying) == {"rows_examined", "rows_sent", "response_bytes", "answer"}


def test_the_settings_of_the_server_are_put_back(stack: Stack, root: sqlalchemy.Connection) -> None:
    root.exec_driver_sql("UPDATE setup_instruments SET TIMED = 'NO' WHERE NAME = 'statement/sql/insert'")
    before = root.exec_driver_sql(SETTINGS).all()
    with contextlib.suppress(RuntimeError), StatementLog(root.engine.url):
        assert root.exec_driver_sql(SETTINGS).all() != before
        raise RuntimeError
    assert root.exec_driver_sql(SETTINGS).all() == before
    root.exec_driver_sql("UPDATE setup_instruments SET TIMED = 'YES' WHERE NAME = 'statement/sql/insert'")


def test_statements_of_the_suites_own_account_do_not_count(stack: Stack, root: sqlalchemy.Connection) -> None:
    with StatementLog(stack.database.url("performance_schema")) as log:
        connected = log.connected()
        log.clear()
        root.exec_driver_sql("SELECT COUNT(*) FROM ResourceStatusDB.SiteStatus")
        assert log.executed() == ()
        assert log.connected() == connected


def test_a_new_connection_of_another_account_is_counted(stack: Stack, visitor: sqlalchemy.Engine) -> None:
    with StatementLog(stack.database.url("performance_schema")) as log:
        connected = log.connected()
        log.clear()
        with visitor.connect() as connection:
            connection.exec_driver_sql("SELECT 41 + 1").all()
        # its thread has ended or is about to; what it executed still counts
        assert "SELECT ? + ?" in [statement.text for statement in log.executed()]
        assert log.connected() == connected + 1
        # when it is closed is no matter of the call
        assert not [statement for statement in log.executed() if statement.text.startswith("statement/")]


def test_lists_of_any_length_are_the_same_text(stack: Stack, visitor: sqlalchemy.Engine) -> None:
    with StatementLog(stack.database.url("performance_schema")) as log, visitor.connect() as connection:
        log.clear()
        for names in ("'a'", "'a', 'b'", "'a', 'b', 'c'"):
            connection.exec_driver_sql(f"SELECT 'b' IN ({names})").all()
        texts = [statement.text for statement in log.executed() if " IN " in statement.text]
    assert texts == ["SELECT ? IN (...)"] * 3


def test_a_statement_that_does_not_end_is_no_quiet_database(
    stack: Stack, visitor: sqlalchemy.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.measure.statement_log._FINISH_TIMEOUT_S", 0.2)
    with (
        StatementLog(stack.database.url("performance_schema")) as log,
        visitor.connect() as connection,
        ThreadPoolExecutor(1) as threads,
    ):
        sleeping = threads.submit(connection.exec_driver_sql, "SELECT SLEEP(1)")
        time.sleep(0.2)
        with pytest.raises(StackError, match="not quiet"):
            log.executed()
        assert sleeping.result().scalar() == 0


def test_a_database_that_refuses_us_is_an_error_of_the_stack(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "database", dataclasses.replace(stack.database, password="wrong"))
    with pytest.raises(StackError, match=r"cannot count SQL statements: .*Access denied"):
        count_operations(stack, read_catalogue(stack.catalogue_file), OPERATIONS)
