"""Stacks of old releases: they start, answer, read and write the right rows, and end.

Two releases are always tried, all of them with ``pytest --all-releases tests/stack/test_release_stacks.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy

from harness import command
from harness.builds.environment import BuildEnvironment, prepare_build
from harness.dataset.profiles import PROFILES
from harness.measure.policy_bench import bench_on
from harness.measure.surface import problems_of
from harness.model import FrontDoor
from harness.settings import cache_folder
from harness.stack.lifecycle import Stack
from harness.stack.readiness import RpcCall
from harness.stack.starting import start_stack
from scenarios.answer_check import NO_METHOD
from scenarios.catalogue import Catalogue, read_catalogue
from scenarios.encoding import decode_answer
from scenarios.operations import OPERATIONS
from scenarios.resource_status_reads import status_values
from tests.documented_operations import documented_operations

pytestmark = pytest.mark.stack

ALWAYS: list[tuple[str, FrontDoor]] = [("7.3.38", "dips"), ("8.0.86", "https")]
MATRIX: list[tuple[str, FrontDoor]] = [
    *ALWAYS,
    ("7.2.52", "dips"),
    ("8.0.86", "dips"),
    ("9.0.0", "https"),
    ("9.0.0", "dips"),
    ("9.0.28", "https"),
    ("9.0.28", "dips"),
    ("9.1.22", "https"),
    ("9.1.22", "dips"),
]
NEW = {
    "Name": "CE.New.xx",
    "StatusType": "all",
    "Status": "Active",
    "ElementType": "ComputingElement",
    "VO": "all",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "build" in metafunc.fixturenames:
        cases = MATRIX if metafunc.config.getoption("--all-releases") else ALWAYS
        ids = [f"{release}-{door}" for release, door in cases]
        metafunc.parametrize(("build", "front_door"), cases, ids=ids, indirect=["build"], scope="module")


@pytest.fixture(scope="module")
def build(request: pytest.FixtureRequest) -> BuildEnvironment:
    return prepare_build(request.param, cache_folder(), print)


@pytest.fixture(scope="module")
def release_stack(build: BuildEnvironment, front_door: FrontDoor, stack_root: Path) -> Iterator[Stack]:
    """With a log of its own, as loaded at first; after its end nothing of it may be left."""
    before = files_of(build)
    with start_stack(
        build,
        profile=PROFILES["S"],
        seed=7,
        stack_root=stack_root,
        log_directory=None,
        front_doors=(front_door,),
    ) as stack:
        yield stack
    assert not command.marked_processes(stack.mark)
    assert not stack.directory.exists()
    assert files_of(build) == before, "something was written into the environment that all stacks share"


@pytest.fixture
def stack(release_stack: Stack) -> Stack:
    release_stack.reload_data_set()
    return release_stack


@pytest.fixture
def catalogue(stack: Stack) -> Catalogue:
    return read_catalogue(stack.catalogue_file)


def files_of(build: BuildEnvironment) -> set[Path]:
    """Everything in the environment of a build but what Python compiled."""
    return {path for path in build.python.parent.parent.rglob("*") if "__pycache__" not in path.parts}


def answers(stack: Stack, identity: str, calls: list[RpcCall]) -> list[dict[str, Any]]:
    """DIRAC's answers over the front door of the stack; a refusal by Tornado is an answer that is not OK."""
    if "dips" in stack.ports:
        return stack.dips.answers(identity, calls)
    with closing(stack.client(identity)) as client:
        got = [client.call(one.service, one.method, one.arguments) for one in calls]
    return [
        decode_answer(one.body) if one.status == 200 else {"OK": False, "Message": f"HTTP status {one.status}"}
        for one in got
    ]


def table(stack: Stack, name: str) -> list[dict[str, Any]]:
    """All rows of a table of ResourceStatusDB, looked at with SQL."""
    engine = sqlalchemy.create_engine(stack.database.url("ResourceStatusDB"), poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT * FROM `{name}`").mappings()
        return sorted((dict(row) for row in rows), key=repr)


def test_all_services_are_of_that_release(release_stack: Stack, build: BuildEnvironment) -> None:
    pings = [RpcCall(service, "ping", []) for service in ("ResourceStatus", "ResourceManagement", "Publisher")]
    versions = [answer["Value"]["version"] for answer in answers(release_stack, "admin", pings)]
    assert versions == [build.identity.dirac_version] * 3


def test_a_select_answers_exactly_the_loaded_rows(stack: Stack, catalogue: Catalogue) -> None:
    calls = [
        RpcCall("ResourceStatus", "select", [name, {"VO": "all"}]) for name in ("SiteStatus", "ResourceStatus")
    ]
    for answer, loaded in zip(
        answers(stack, "user", calls), (catalogue.site_status, catalogue.resource_status), strict=True
    ):
        assert answer["OK"], answer
        assert sorted(answer["Value"], key=repr) == sorted((status_values(row) for row in loaded), key=repr)


def test_add_or_modify_writes_that_row_and_its_log(stack: Stack, catalogue: Catalogue) -> None:
    old = catalogue.resource_status[3]
    key = {"Name": old.Name, "StatusType": old.StatusType, "VO": old.VO}
    status = "Banned" if old.Status != "Banned" else "Active"
    before, log_before = table(stack, "ResourceStatus"), table(stack, "ResourceLog")

    values = key | {"Status": status, "ElementType": old.ElementType, "Reason": "looked at with SQL"}
    (answer,) = answers(stack, "admin", [RpcCall("ResourceStatus", "addOrModify", ["ResourceStatus", values])])

    assert answer["OK"], answer
    written = [row for row in table(stack, "ResourceStatus") if row not in before]
    (logged,) = [row for row in table(stack, "ResourceLog") if row not in log_before]
    assert len(table(stack, "ResourceStatus")) == len(before)
    assert [row | values for row in written] == written
    assert logged | values == logged
    assert len(written) == 1
    assert str(written[0]["TokenExpiration"]) == old.TokenExpiration


def test_a_new_element_is_one_row_and_no_log(stack: Stack) -> None:
    before, log_before = table(stack, "ResourceStatus"), table(stack, "ResourceLog")
    (answer,) = answers(stack, "admin", [RpcCall("ResourceStatus", "addIfNotThere", ["ResourceStatus", NEW])])
    assert answer["OK"], answer
    (written,) = [row for row in table(stack, "ResourceStatus") if row not in before]
    assert written | NEW == written
    assert table(stack, "ResourceLog") == log_before


def test_a_user_without_sitemanager_may_not_write(stack: Stack) -> None:
    before = table(stack, "ResourceStatus")
    methods = ("insert", "addOrModify", "addIfNotThere", "delete")
    calls = [RpcCall("ResourceStatus", method, ["ResourceStatus", NEW]) for method in methods]
    for answer in answers(stack, "user", calls):
        assert not answer["OK"]
        assert "Unauthorized" in answer["Message"] or answer["Message"] == "HTTP status 401"
    assert table(stack, "ResourceStatus") == before


def test_every_operation_is_answered_rightly_or_stands_in_the_table_as_it_is(
    stack: Stack, build: BuildEnvironment, front_door: FrontDoor
) -> None:
    documented = documented_operations()
    problems = problems_of(stack, OPERATIONS)
    not_working = {
        name: cells[build.identity.dirac_version]
        for name, cells in documented.items()
        if front_door not in cells[build.identity.dirac_version].split()
    }
    assert problems.keys() == not_working.keys(), problems
    for name, cell in not_working.items():
        assert problems[name].startswith(NO_METHOD) == (cell == "absent"), (name, problems[name])


def test_no_part_of_a_key_is_empty(release_stack: Stack) -> None:
    """Columns that only this release has are filled: the data set knows them all."""
    engine = sqlalchemy.create_engine(
        release_stack.database.url("ResourceStatusDB"), poolclass=sqlalchemy.NullPool
    )
    keys = """SELECT table_schema, table_name, column_name FROM information_schema.key_column_usage
              WHERE constraint_name = 'PRIMARY' AND table_schema IN ('ResourceStatusDB', 'ResourceManagementDB')"""
    with engine.connect() as connection:
        empty = {
            (table_name, column): connection.exec_driver_sql(
                f"SELECT COUNT(*) FROM {schema}.{table_name} WHERE `{column}` = ''"
            ).scalar_one()
            for schema, table_name, column in connection.exec_driver_sql(keys).all()
        }
    assert {table_name for table_name, _ in empty} >= release_stack.data_set.rows.keys()
    assert {column: count for column, count in empty.items() if count} == {}


def test_an_agent_evaluates_an_element_by_the_policies_of_that_release(
    stack: Stack, build: BuildEnvironment
) -> None:
    """Decided right where nothing is wrong; from 7.3 on the status is logged once for each row of the element."""
    before = table(stack, "ResourceLog")
    with bench_on(build, stack) as bench:
        bench.make_ready(next(one for one in bench.elements if one.element_type == "StorageElement"))
        answer = bench.agent.evaluate("Active")
    assert answer.problem is None
    assert answer.status == ("Error" if build.identity.dirac_version.startswith("9.1") else "Active")
    logged = [row for row in table(stack, "ResourceLog") if row not in before]
    assert len(logged) == (1 if build.identity.dirac_version.startswith("7.2") else 4)
    assert {(row["StatusType"], row["Status"]) for row in logged} == {("ReadAccess", answer.status)}


def test_nothing_listens_outside_loopback(release_stack: Stack, front_door: FrontDoor) -> None:
    listening = [
        connection.laddr
        for process in command.marked_processes(release_stack.mark)
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
    assert {address.port for address in listening} == {
        release_stack.database.port,
        *release_stack.ports[front_door].values(),
    }


def test_there_is_a_process_for_each_port_of_the_services(release_stack: Stack) -> None:
    release_stack.check()
    (ports,) = release_stack.ports.values()
    assert len(release_stack.pids["service"]) == len(set(ports.values()))
