"""What the operations send, and which answers they take for right."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy

from harness.dataset.content import catalogue_of, table_contents
from harness.dataset.profiles import PROFILES
from harness.stack.lifecycle import Stack
from scenarios.catalogue import Catalogue, read_catalogue
from scenarios.https_client import decode_answer, encode_arguments
from scenarios.operation import Operation, Request
from scenarios.operations import OPERATIONS

READS = [operation for operation in OPERATIONS if operation.kind == "read"]
WRITES = [operation for operation in OPERATIONS if operation.kind == "write"]
AUDITED = [operation for operation in WRITES if operation.token_column]
#: how many rows there are is not known beforehand
OPEN_READS = [read for read in READS if read.name.endswith(("select log", "getElementHistory"))]
#: others may add rows to a whole table
SMALL_READS = [
    read for read in READS if read not in OPEN_READS and not read.name.endswith(("table", "columns", "full"))
]
INSTANTS = {"DateEffective", "TokenExpiration", "LastCheckTime", "StartDate", "EndDate"}
STATUS_ORDER = (
    "Name StatusType Status Reason DateEffective TokenExpiration ElementType LastCheckTime TokenOwner VO"
)
#: the order of columns in DIRAC's answers to a select that names none
ORDER = {
    "ResourceStatus": STATUS_ORDER,
    "SiteStatus": STATUS_ORDER,
    "ResourceLog": f"ID {STATUS_ORDER}",
    "DowntimeCache": "DowntimeID Name Element GOCDBServiceType Severity Description Link StartDate EndDate "
    "DateEffective LastCheckTime",
    "PilotCache": "Site CE Status PilotJobEff PilotsPerJob LastCheckTime VO",
}


def by_name(operation: Operation) -> str:
    return operation.name


def named(name: str) -> Operation:
    return next(operation for operation in OPERATIONS if operation.name == name)


def token(number: int) -> str:
    return f"0123456789abcdef-0-{number:07d}"


class FakeDirac:
    """A data set, and DIRAC's select on it, in memory."""

    def __init__(self, profile: str) -> None:
        contents = table_contents(PROFILES[profile], seed=3)
        self.tables = {
            content.table: [
                dict(zip(content.columns, row, strict=True), ID=number)
                for number, row in enumerate(content.rows(), start=1)
            ]
            for content in contents
        }
        counted = {table: len(rows) for table, rows in self.tables.items()}
        self.catalogue = catalogue_of(PROFILES[profile], 3, counted)

    def answer(self, operation: Operation, arguments: list[Any]) -> list[list[Any]]:
        """The rows of a read; the Publisher asks the other services."""
        if operation.method == "select":
            return self.select(*copy.deepcopy(arguments))
        if operation.method == "getElementPolicies":
            element, name, status_type = arguments
            columns = ["Status", "PolicyName", "DateEffective", "LastCheckTime", "Reason"]
            filters = {"Element": element, "Name": name, "StatusType": status_type}
            return self.select("PolicyResult", filters | {"Meta": {"columns": columns}})
        element, name, element_type, status_type, *_ = arguments
        filters = {"Name": name, "ElementType": element_type, "StatusType": status_type, "VO": "all"}
        if operation.method == "getElementStatuses":
            return self.select(f"{element}Status", filters)
        assert operation.method == "getElementHistory"
        columns = ["Status", "DateEffective", "Reason"]
        return self.select(f"{element}History", filters | {"Meta": {"columns": columns}})

    def select(self, table: str, params: dict[str, Any]) -> list[list[Any]]:
        meta = params.pop("Meta", {})
        rows = self.tables[table]
        for column, wanted in params.items():
            if wanted:
                values = wanted if isinstance(wanted, list) else [wanted]
                rows = [row for row in rows if self._json(column, row[column]) in values]
        if "order" in meta:
            rows = sorted(rows, key=lambda row: row[meta["order"][0]], reverse=True)
        columns = meta.get("columns") or ORDER[table].split()
        return [[self._json(column, row[column]) for column in columns] for row in rows[: meta.get("limit")]]

    @staticmethod
    def _json(column: str, value: object) -> object:
        return {"__dCls": "dt", "obj": value} if column in INSTANTS else value


@pytest.fixture(scope="module", params=["S", "M"])
def dirac(request: pytest.FixtureRequest) -> FakeDirac:
    return FakeDirac(request.param)


@pytest.fixture(scope="module")
def catalogue(dirac: FakeDirac) -> Catalogue:
    return dirac.catalogue


def test_names_are_service_and_what_it_does_and_all_different() -> None:
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)
    assert all(operation.name.startswith(f"{operation.service}.{operation.method}") for operation in OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_name)
def test_the_same_request_is_the_same_call(operation: Operation, catalogue: Catalogue) -> None:
    request = Request(5, token(5))
    first = encode_arguments(operation.call(catalogue, request).arguments)
    operation.call(catalogue, Request(6, token(6)))
    equal_catalogue = copy.deepcopy(catalogue)
    assert encode_arguments(operation.call(catalogue, request).arguments) == first
    assert encode_arguments(operation.call(equal_catalogue, request).arguments) == first


@pytest.mark.parametrize("operation", READS, ids=by_name)
def test_the_right_rows_are_taken_for_right(operation: Operation, dirac: FakeDirac) -> None:
    for position in range(20):
        call = operation.call(dirac.catalogue, Request(position, token(position)))
        assert call.check(dirac.answer(operation, call.arguments)) is None


@pytest.mark.parametrize("operation", READS, ids=by_name)
@pytest.mark.parametrize("value", [None, {}, "rows", 3])
def test_what_is_no_list_of_rows_is_wrong(operation: Operation, value: object, catalogue: Catalogue) -> None:
    assert operation.call(catalogue, Request(0, token(0))).check(value)


@pytest.mark.parametrize("operation", SMALL_READS, ids=by_name)
@pytest.mark.parametrize("row", [[], ["surprise"], ["one", "all", "Active"]])
def test_a_row_of_another_kind_is_noticed(operation: Operation, row: list[str], dirac: FakeDirac) -> None:
    call = operation.call(dirac.catalogue, Request(0, token(0)))
    assert call.check([*dirac.answer(operation, call.arguments), row])


@pytest.mark.parametrize("operation", [read for read in READS if read not in OPEN_READS], ids=by_name)
def test_a_missing_row_is_noticed(operation: Operation, dirac: FakeDirac) -> None:
    noticed = 0
    for position in range(40):
        call = operation.call(dirac.catalogue, Request(position, token(position)))
        rows = dirac.answer(operation, call.arguments)
        if rows:
            assert call.check(rows[1:])
            noticed += 1
    assert noticed or not dirac.catalogue.history_of


def test_a_history_that_should_be_there_is_missed() -> None:
    dirac = FakeDirac("M")
    call = named("Publisher.getElementHistory").call(dirac.catalogue, Request(0, token(0)))
    assert call.check([])


@pytest.mark.parametrize(
    "name",
    [
        "ResourceStatus.select full table",
        "ResourceStatus.select by name",
        "ResourceStatus.select exact row",
        "ResourceStatus.select by name and token owner",
        "ResourceManagement.select policy results",
        "Publisher.getElementStatuses",
        "Publisher.getElementPolicies",
    ],
)
def test_a_wrong_status_is_noticed(name: str, dirac: FakeDirac) -> None:
    operation = named(name)
    call = operation.call(dirac.catalogue, Request(0, token(0)))
    rows = dirac.answer(operation, call.arguments)
    statuses = ["Active", "Degraded", "Banned", "Probing", "Error", "Unknown"]
    wrong = [["Wrong" if value in statuses else value for value in row] for row in rows]
    assert wrong != rows
    assert call.check(wrong)


def test_rows_that_others_added_do_not_make_a_whole_table_wrong(dirac: FakeDirac) -> None:
    operation = named("ResourceStatus.select full table")
    call = operation.call(dirac.catalogue, Request(0, token(0)))
    rows = dirac.answer(operation, call.arguments)
    assert call.check([["new-1", "ComputingElement", "all", "Unknown", "all"], *rows]) is None


@pytest.mark.parametrize("operation", WRITES, ids=by_name)
def test_a_write_is_acknowledged_without_a_value(operation: Operation, catalogue: Catalogue) -> None:
    call = operation.call(catalogue, Request(0, token(0)))
    assert call.check([["row"]])
    assert (call.check(None) is None) == (operation.method != "delete")


@pytest.mark.parametrize("operation", AUDITED, ids=by_name)
def test_a_write_carries_its_token_where_the_audit_looks(operation: Operation, catalogue: Catalogue) -> None:
    assert operation.token_column
    for position in range(20):
        _table, values = operation.call(catalogue, Request(position, token(position))).arguments
        assert values[operation.token_column.column] == operation.token_column.value(token(position))


def test_the_part_of_a_token_that_fits_a_pilot_status_still_tells_requests_apart() -> None:
    column = named("ResourceManagement.addOrModify pilot").token_column
    assert column
    assert len(column.value("a-long-prefix-of-a-trial-99-4294967295")) == 16
    assert column.value("trial-12-99999998") != column.value("trial-12-99999999")
    assert column.value("trial-11-99999999") != column.value("trial-12-99999999")


@pytest.mark.parametrize("operation", WRITES, ids=by_name)
def test_the_values_of_a_write_fit_their_columns(operation: Operation, catalogue: Catalogue) -> None:
    for position in range(20):
        _table, values = operation.call(catalogue, Request(position, "x" * 40)).arguments
        for column, value in values.items():
            if isinstance(value, str):
                limit = {"Reason": 512, "Description": 512, "DowntimeID": 127, "Link": 255}.get(column, 64)
                assert len(value) <= (16 if "Pilot" in operation.name and column == "Status" else limit)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ResourceStatus.addIfNotThere new element", "Name"),
        ("ResourceStatus.insert email cache", "ResourceName"),
        ("ResourceManagement.addOrModify new policy result", "Name"),
    ],
)
def test_no_two_inserts_have_the_same_key(name: str, key: str, catalogue: Catalogue) -> None:
    keys = {named(name).call(catalogue, Request(0, token(number))).arguments[1][key] for number in range(50)}
    assert len(keys) == 50
    assert not keys & {row.Name for row in (*catalogue.resource_status, *catalogue.policy_results)}


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("ResourceManagement.addOrModify policy result", lambda catalogue: len(catalogue.policy_results)),
        ("ResourceManagement.addOrModify downtime", lambda catalogue: len(catalogue.downtimes)),
        ("ResourceManagement.addOrModify pilot", lambda catalogue: len(catalogue.pilots)),
    ],
)
def test_a_row_is_written_again_only_after_all_others(
    name: str, rows: Callable[[Catalogue], int], catalogue: Catalogue
) -> None:
    count = rows(catalogue)
    targets = [named(name).call(catalogue, Request(n, token(n))).target for n in range(2 * count)]
    assert len(set(targets[:count])) == count
    assert targets[:count] == targets[count:]


def test_a_row_that_is_written_is_never_read_as_a_whole(catalogue: Catalogue) -> None:
    positions = range(len(catalogue.resource_status))

    def rows(name: str) -> set[tuple[str, str]]:
        sent = [named(name).call(catalogue, Request(n, token(n))).arguments[1] for n in positions]
        return {(values["Name"], values["StatusType"]) for values in sent}

    read, written = rows("ResourceStatus.select exact row"), rows("ResourceStatus.addOrModify status")
    assert read
    assert written
    assert not read & written
    assert read | written == {(row.Name, row.StatusType) for row in catalogue.resource_status}


def test_a_status_is_written_as_it_was_loaded(catalogue: Catalogue) -> None:
    loaded = {(row.Name, row.StatusType): row.Status for row in catalogue.resource_status}
    for position in range(len(loaded)):
        request = Request(position, token(position))
        _table, values = named("ResourceStatus.addOrModify status").call(catalogue, request).arguments
        assert values["Status"] == loaded[values["Name"], values["StatusType"]]


def test_only_log_rows_that_were_loaded_are_deleted(catalogue: Catalogue) -> None:
    operation = named("ResourceStatus.delete old log")
    below = [
        operation.call(catalogue, Request(n, token(n))).arguments[1]["Meta"]["older"][1] for n in (0, 1, 10**6)
    ]
    assert below == [11, 21, catalogue.rows["ResourceLog"] + 1]
    check = operation.call(catalogue, Request(0, token(0))).check
    assert check(10) is None
    assert check(0) is None
    assert check(11)


def test_an_operation_without_rows_says_so(catalogue: Catalogue) -> None:
    empty = FakeDirac("S").catalogue
    empty = type(empty)(**{name: getattr(empty, name) for name in empty.__struct_fields__} | {"downtimes": ()})
    with pytest.raises(ValueError, match="no rows"):
        named("ResourceManagement.addOrModify downtime").call(empty, Request(0, token(0)))


@pytest.mark.stack
@pytest.mark.parametrize("profile", ["S", "M"])
def test_a_real_dirac_answers_every_operation_right_and_every_token_is_found(
    profile: str, loaded_stack: Callable[[str], Stack]
) -> None:
    stack = loaded_stack(profile)
    catalogue = read_catalogue(stack.catalogue_file)
    engine = sqlalchemy.create_engine(stack.database.url("ResourceStatusDB"))
    tokens = map(token, itertools.count())
    with closing(stack.client()) as client, engine.connect() as connection:
        # all of them, several times: a read must still be right after the writes before it
        for position, operation in itertools.product(range(4), OPERATIONS):
            request = Request(position, next(tokens))
            call = operation.call(catalogue, request)
            answer = decode_answer(client.call(operation.service, operation.method, call.arguments).body)
            assert answer["OK"], (operation.name, answer)
            assert call.check(answer["Value"]) is None, operation.name
            if column := operation.token_column:
                table = sqlalchemy.table(column.table, sqlalchemy.column(column.column), schema=column.database)
                carries = table.c[column.column] == column.value(request.token)
                counted = sqlalchemy.select(sqlalchemy.func.count()).select_from(table).where(carries)
                connection.rollback()
                assert connection.scalar(counted) == 1, operation.name
    engine.dispose()
