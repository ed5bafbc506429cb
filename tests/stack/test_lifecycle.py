from __future__ import annotations

import re
import socket
import ssl
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.errors import StackError
from harness.stack import service
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack
from scenarios.catalogue import read_catalogue
from scenarios.encoding import decode_answer

pytestmark = pytest.mark.stack

START = {"profile": PROFILES["S"], "seed": 7}
#: Not of VO all, which is what other tests count.
SITE = {"Name": "LCG.Test.xx", "StatusType": "all", "Status": "Active", "ElementType": "Site", "VO": "test"}


@pytest.fixture
def own_stack(build: BuildEnvironment, stack_root: Path, tmp_path: Path) -> Iterator[Stack]:
    """A stack that the test may break."""
    with start_stack(build, **START, stack_root=stack_root, log_directory=tmp_path) as started:
        yield started


def ask(stack: Stack, identity: str, service: str, method: str, *arguments: Any) -> tuple[int, dict[str, Any]]:
    """HTTP status, and the answer where there is one."""
    with closing(stack.client(identity)) as client:
        answer = client.call(service, method, list(arguments))
    return answer.status, decode_answer(answer.body) if answer.status == 200 else {}


def port_of(stack: Stack) -> int:
    """Where all services listen."""
    (port,) = set(stack.ports["https"].values())
    return port


def rows_of(stack: Stack, table: str, database: str = "ResourceStatusDB") -> int:
    engine = sqlalchemy.create_engine(stack.database.url(database))
    with engine.connect() as connection:
        count = connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one()
    engine.dispose()
    return int(count)


class TestReady:
    def test_the_services_answer_with_the_rows_of_the_data_set(self, stack: Stack) -> None:
        status, answer = ask(stack, "admin", "ResourceStatus", "select", "SiteStatus", {"VO": "all"})
        assert (status, len(answer["Value"])) == (200, PROFILES["S"].sites)
        catalogue = read_catalogue(stack.catalogue_file)
        assert {row[0] for row in answer["Value"]} == set(catalogue.sites)
        assert stack.data_set.rows == catalogue.rows
        assert stack.ready_s > 0

    def test_publisher_reaches_the_other_services(self, stack: Stack) -> None:
        arguments = ("Site", None, None, None, None, None)
        status, answer = ask(stack, "admin", "Publisher", "getElementStatuses", *arguments)
        assert (status, answer["OK"], len(answer["Value"])) == (200, True, PROFILES["S"].sites)

    def test_every_part_lives_and_carries_the_mark(self, stack: Stack) -> None:
        stack.check()
        marked = {process.pid for process in command.marked_processes(stack.mark)}
        assert marked == {pid for pids in stack.pids.values() for pid in pids}
        assert set(stack.pids) == {"service", "database"}

    def test_the_urls_are_those_that_diracs_client_takes(self, stack: Stack) -> None:
        services = ("ResourceStatus", "ResourceManagement", "Publisher")
        assert stack.service_url == f"https://localhost:{port_of(stack)}"
        assert stack.service_urls == tuple(
            f"{stack.service_url}/ResourceStatus/Tornado{name}" for name in services
        )

    def test_the_version_of_the_database_is_known(self, stack: Stack) -> None:
        assert re.match(r"1\d\.\d+\.\d+-MariaDB", stack.database_version)


class TestAuthorization:
    def test_an_admin_may_insert(self, stack: Stack) -> None:
        before = rows_of(stack, "SiteStatus")
        site = SITE | {"Name": "LCG.Admin.xx"}
        status, answer = ask(stack, "admin", "ResourceStatus", "insert", "SiteStatus", site)
        assert (status, answer["OK"], rows_of(stack, "SiteStatus")) == (200, True, before + 1)

    @pytest.mark.parametrize("service", ["ResourceStatus", "ResourceManagement"])
    @pytest.mark.parametrize("method", ["insert", "addOrModify", "delete"])
    def test_a_user_without_the_property_may_not_write(self, stack: Stack, service: str, method: str) -> None:
        before = rows_of(stack, "SiteStatus")
        status, _ = ask(stack, "user", service, method, "SiteStatus", SITE | {"Name": "LCG.User.xx"})
        assert (status, rows_of(stack, "SiteStatus")) == (401, before)

    def test_a_user_without_the_property_may_select(self, stack: Stack) -> None:
        status, answer = ask(stack, "user", "ResourceStatus", "select", "SiteStatus", {"VO": "all"})
        assert (status, answer["OK"]) == (200, True)

    @pytest.mark.parametrize("method", ["select", "insert"])
    def test_a_client_without_certificate_is_refused(self, stack: Stack, method: str) -> None:
        context = ssl.create_default_context(cafile=stack.ca_file)
        body = f'method={method}&args=["SiteStatus", {{"Name": "LCG.Nobody.xx"}}]'
        with (
            socket.create_connection(("127.0.0.1", port_of(stack)), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as stream,
        ):
            stream.sendall(
                b"POST /ResourceStatus/TornadoResourceStatus HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\n"
                + f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            assert stream.recv(100).startswith(b"HTTP/1.1 401 ")


class TestSecrecy:
    def test_nothing_listens_outside_loopback(self, stack: Stack) -> None:
        listening = [
            connection.laddr
            for process in command.marked_processes(stack.mark)
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert sorted(listening) == sorted([("127.0.0.1", port_of(stack)), ("127.0.0.1", stack.database.port)])

    def test_passwords_are_in_no_log_and_no_command_line(self, stack: Stack) -> None:
        configuration = (stack.directory / "dirac" / "https" / "etc" / "dirac.cfg").read_text()
        (password,) = {line.split()[-1] for line in configuration.splitlines() if "Password = " in line}
        assert len(password) > 20
        processes = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
        shown = " ".join(argument for arguments in processes for argument in arguments)
        logs = "".join(log.read_text() for log in stack.log_directory.glob("*.log"))
        assert "Listening on port" in logs
        for secret in (password, stack.database.password):
            assert secret not in shown
            assert secret not in logs

    def test_what_holds_a_secret_can_be_read_by_its_owner_only(self, stack: Stack) -> None:
        holding = [stack.directory / "dirac" / "https" / "etc" / "dirac.cfg"]
        holding += [identity.key_file for identity in stack.identities.values()]
        assert {stat.S_IMODE(path.stat().st_mode) for path in holding} == {0o600}


class TestReload:
    def test_the_data_set_is_as_it_was_loaded(self, own_stack: Stack) -> None:
        ask(own_stack, "admin", "ResourceStatus", "insert", "SiteStatus", SITE)
        ask(own_stack, "admin", "ResourceStatus", "delete", "ResourceStatus", {"VO": "all"})
        assert rows_of(own_stack, "ResourceStatus") == 0
        loaded = own_stack.data_set.rows

        own_stack.reload_data_set()

        assert own_stack.data_set.rows == loaded
        assert rows_of(own_stack, "SiteStatus") == loaded["SiteStatus"]


class TestBadDays:
    @pytest.mark.parametrize("part", ["service", "database"])
    def test_a_killed_process_is_named_with_the_end_of_its_log(self, own_stack: Stack, part: str) -> None:
        (pid,) = own_stack.pids[part]
        psutil.Process(pid).kill()
        psutil.Process(pid).wait()
        log_file = own_stack.log_directory / f"{part}.log"
        last = log_file.read_text().splitlines()[-1]

        with pytest.raises(StackError) as raised:
            own_stack.check()

        assert str(raised.value).startswith(f"the {part} (pid {pid}) ")
        assert str(log_file) in str(raised.value)
        assert last in str(raised.value)

    def test_stopping_twice_is_stopping_once(self, own_stack: Stack) -> None:
        own_stack.stop()
        own_stack.stop()
        assert not own_stack.directory.exists()
        assert not command.marked_processes(own_stack.mark)
        assert (own_stack.log_directory / "service.log").exists()

    def test_a_busy_port_is_named_and_nothing_is_started(
        self, build: BuildEnvironment, stack_root: Path, tmp_path: Path, stacks: Callable[[], set[str]]
    ) -> None:
        before = stacks()
        with socket.create_server(("127.0.0.1", 0)) as busy:
            port = busy.getsockname()[1]
            with pytest.raises(StackError, match=f"cannot take port {port} "):
                start_stack(
                    build, **START, stack_root=stack_root, log_directory=tmp_path / "logs", service_port=port
                )
        assert stacks() == before
        assert not (tmp_path / "logs").exists()

    def test_a_service_that_dies_at_its_start_is_named(
        self,
        build: BuildEnvironment,
        stack_root: Path,
        tmp_path: Path,
        stacks: Callable[[], set[str]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(service, "dirac_cfg", lambda _settings: "DIRAC\n{\n  Hostname = localhost\n}\n")
        before = stacks()
        with pytest.raises(
            StackError, match=r"(?s)the service \(pid \d+\) ended with exit code 1; .*service\.log"
        ):
            start_stack(build, **START, stack_root=stack_root, log_directory=tmp_path)
        assert stacks() == before

    @pytest.fixture
    def stacks(self, stack_root: Path) -> Callable[[], set[str]]:
        """The stacks that are there now."""
        return lambda: {path.name for path in stack_root.glob("stack-*")}
