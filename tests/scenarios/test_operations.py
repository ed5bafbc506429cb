"""What the operations send."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from contextlib import closing

import pytest
import sqlalchemy

from harness.stack.lifecycle import Stack
from scenarios.catalogue import Catalogue, read_catalogue
from scenarios.encoding import decode_answer, encode_json
from scenarios.operation import Operation, Request
from scenarios.operations import OPERATIONS, STANDARD
from scenarios.workloads import WORKLOADS
from tests.scenarios.fake_dirac import FakeDirac, by_name, named, token

WRITES = [operation for operation in OPERATIONS if operation.kind == "write"]
AUDITED = [operation for operation in WRITES if operation.token_column]


@pytest.fixture(scope="module", params=["S", "M"])
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    return FakeDirac(request.param).catalogue


def test_names_are_service_and_what_it_does_and_all_different() -> None:
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)
    assert all(operation.name.startswith(f"{operation.service}.{operation.method}") for operation in OPERATIONS)


def test_the_standard_set_is_what_the_figures_of_comparisons_were_measured_with() -> None:
    assert len(STANDARD) == 26
    assert OPERATIONS[:26] == STANDARD
    assert {name for workload in WORKLOADS.values() for name in workload.operations} <= {
        operation.name for operation in STANDARD
    }


def test_every_exported_method_of_the_services_has_an_operation() -> None:
    methods: dict[str, set[str]] = {}
    for operation in OPERATIONS:
        methods.setdefault(operation.service, set()).add(operation.method)
    assert methods == {
        "ResourceStatus": {"insert", "select", "delete", "addOrModify", "addIfNotThere"},
        "ResourceManagement": {"insert", "select", "delete", "addOrModify"},
        "Publisher": {
            *("getSites", "getSitesResources", "getElementStatuses", "getElementHistory", "getElementPolicies"),
            *("getTree", "setToken", "setStatus", "getDowntimes", "getCachedDowntimes", "getNodeStatuses"),
        },
    }


def test_two_operations_that_insert_the_same_token_have_different_keys(catalogue: Catalogue) -> None:
    new = [f"ResourceStatus.{method} new element" for method in ("addOrModify", "addIfNotThere")]
    names = {named(name).call(catalogue, Request(0, token(0))).arguments[1]["Name"] for name in new}
    assert len(names) == 2


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_name)
def test_the_same_request_is_the_same_call(operation: Operation, catalogue: Catalogue) -> None:
    request = Request(5, token(5))
    first = encode_json(operation.call(catalogue, request).arguments)
    operation.call(catalogue, Request(6, token(6)))
    equal_catalogue = copy.deepcopy(catalogue)
    assert encode_json(operation.call(catalogue, request).arguments) == first
    assert encode_json(operation.call(equal_catalogue, request).arguments) == first


@pytest.mark.parametrize("operation", WRITES, ids=by_name)
def test_a_write_is_acknowledged_without_a_value(operation: Operation, catalogue: Catalogue) -> None:
    call = operation.call(catalogue, Request(0, token(0)))
    assert call.check([["row"]])
    # a delete answers how many rows it removed, the Publisher the reason it wrote
    assert (call.check(None) is None) == (operation.method not in ("delete", "setStatus", "setToken"))


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
        *_table, values = operation.call(catalogue, Request(position, "x" * 40)).arguments
        # the Publisher is given names and texts in a row
        for column, value in values.items() if isinstance(values, dict) else [("Reason", values)]:
            if isinstance(value, str):
                limit = {"Reason": 512, "Description": 512, "DowntimeID": 127, "Link": 255}.get(column, 64)
                assert len(value) <= (16 if "Pilot" in operation.name and column == "Status" else limit)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ResourceStatus.addIfNotThere new element", "Name"),
        ("ResourceStatus.addOrModify new element", "Name"),
        ("ResourceManagement.addOrModify transfer", "SourceName"),
        ("ResourceManagement.insert job", "Site"),
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
        # all that can be sent again, several times: a read must still be right after the writes before it
        again = [operation for operation in OPERATIONS if operation.timed != "counted"]
        for position, operation in itertools.product(range(4), again):
            request = Request(position, next(tokens))
            call = operation.call(catalogue, request)
            if operation.method == "getNodeStatuses":
                continue  # gone since 9.1
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
