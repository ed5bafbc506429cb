from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import sqlalchemy
from filelock import FileLock

from harness import command
from harness.errors import StackError
from harness.stack import processes
from harness.stack.database import DATABASES, DatabaseAddress, DatabaseServer, database_template
from harness.stack.processes import Processes

pytestmark = pytest.mark.stack

MARK = "stack-of-test-database"
RUNTIME = Processes(MARK)


@pytest.fixture(scope="module")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("database") / "database.log"


@pytest.fixture(scope="module")
def server(stack_root: Path, log_file: Path) -> Iterator[DatabaseServer]:
    directory = stack_root / "only-a-database"
    with DatabaseServer(directory, RUNTIME) as starting:
        running = RUNTIME.start("database", starting.program(stack_root), log_file)
        starting.wait(lambda: None)
    yield starting
    running.kill()
    shutil.rmtree(directory)


def answer(address: DatabaseAddress, statement: str, name: str = "") -> list[tuple[object, ...]]:
    engine = sqlalchemy.create_engine(address.url(name))
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]
    finally:
        engine.dispose()


def test_the_suite_may_read_what_the_server_counts(server: DatabaseServer) -> None:
    assert answer(server.suite, "SELECT @@performance_schema") == [(1,)]
    assert answer(server.suite, "SELECT COUNT(*) > 0 FROM performance_schema.threads") == [(1,)]


def test_the_account_of_the_services_reaches_its_two_databases_only(server: DatabaseServer) -> None:
    visible = {str(row[0]) for row in answer(server.dirac, "SHOW DATABASES")}
    assert visible - {"information_schema"} == set(DATABASES)
    with pytest.raises(sqlalchemy.exc.OperationalError, match="denied"):
        answer(server.dirac, "SELECT user FROM mysql.user")


def test_there_is_no_account_but_these_two(server: DatabaseServer) -> None:
    accounts = {user for (user,) in answer(server.suite, "SELECT DISTINCT user FROM mysql.user")}
    assert accounts - {"mariadb.sys", "PUBLIC"} == {"suite", "dirac"}
    for address in (server.suite, server.dirac):
        with pytest.raises(sqlalchemy.exc.OperationalError, match="Access denied"):
            answer(replace(address, password=""), "SELECT 1")


def test_text_is_unicode_in_full(server: DatabaseServer) -> None:
    for name in DATABASES:
        assert answer(server.suite, "SELECT @@character_set_database", name) == [("utf8mb4",)]


def test_the_server_listens_on_loopback_only_and_does_not_run_as_root(server: DatabaseServer) -> None:
    (process,) = command.marked_processes(MARK)
    listening = [
        connection.laddr
        for connection in process.net_connections("all")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening == [(server.suite.host, server.suite.port)]
    assert server.suite.host == "127.0.0.1"
    assert process.uids().real != 0


def test_the_data_directory_is_closed_to_others(server: DatabaseServer) -> None:
    assert stat.S_IMODE(server.suite.socket.parent.stat().st_mode) == 0o700


def test_passwords_are_in_no_command_line_no_log_and_no_file(server: DatabaseServer, log_file: Path) -> None:
    (process,) = command.marked_processes(MARK)
    assert "--init-file" in (shown := " ".join(process.cmdline()))
    for address in (server.suite, server.dirac):
        assert address.password not in shown + log_file.read_text() + repr(address)
        assert "***" in str(address.url("ResourceStatusDB"))
    assert not list(server.suite.socket.parent.glob("*.sql"))


def test_a_template_without_marker_is_made_anew(stack_root: Path) -> None:
    template = database_template(stack_root, RUNTIME)
    (template / "complete").unlink()
    (template / "data" / "ibdata1").unlink()

    assert database_template(stack_root, RUNTIME) == template

    assert (template / "data" / "ibdata1").exists()


def test_a_template_that_is_there_is_used_without_waiting(stack_root: Path) -> None:
    template = database_template(stack_root, RUNTIME)
    with FileLock(template.with_name(f"{template.name}.lock")):
        assert database_template(stack_root, RUNTIME) == template


def test_a_missing_server_is_named_with_the_command_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(processes, "_SERVER_DIRECTORIES", [])
    with pytest.raises(StackError, match=r"mariadbd is not installed.*: apt-get install -y mariadb-server"):
        database_template(tmp_path, RUNTIME)
