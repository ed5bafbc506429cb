"""A database server of the stack's own: fresh data directory, reached by loopback only, random passwords."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pymysql
from filelock import FileLock
from sqlalchemy import URL

from harness import command
from harness.errors import StackError
from harness.stack.data_directory import copy_data_directory, make_private
from harness.stack.ports import LOOPBACK, ReservedPort
from harness.stack.private_file import write_private
from harness.stack.runtime import Program, Runtime

#: The databases of the RSS, made empty; DIRAC makes the tables.
DATABASES = ("ResourceStatusDB", "ResourceManagementDB")

START_TIMEOUT_S = 60.0
_POLL_S = 0.02
_MARKER = "complete"


@dataclass(frozen=True)
class DatabaseAddress:
    """How to reach the database server as one account."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    socket: Path

    def url(self, database: str) -> URL:
        """For SQLAlchemy with the PyMySQL driver."""
        return URL.create(
            "mysql+pymysql", self.user, self.password, self.host, self.port, database, {"charset": "utf8mb4"}
        )


@dataclass(frozen=True)
class Passwords:
    """Of the two accounts that a data directory has."""

    suite: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    dirac: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)


class DatabaseServer:
    """The server of one stack. Its addresses are known before it runs: the services are started beside it.

    ``passwords``: those that the data directory it will be started on already has.
    """

    def __init__(self, directory: Path, runtime: Runtime, passwords: Passwords | None = None) -> None:
        self._port = ReservedPort()
        self._directory = directory
        self._runtime = runtime
        self._init_file = directory / "accounts.sql"
        self.passwords = passwords or Passwords()
        #: may do everything, performance_schema included
        self.suite = self._address("suite", self.passwords.suite)
        #: the services' own account: their two databases, nothing else
        self.dirac = self._address("dirac", self.passwords.dirac)

    @property
    def data_directory(self) -> Path:
        return self._directory / "data"

    def program(self, template_root: Path) -> Program:
        """What runs it with empty databases on a copy of the template."""
        template = database_template(template_root, self._runtime)
        self._copy(template / "data")
        self._write(self._init_file, accounts_sql(self.suite, self.dirac, self._runtime.account_hosts))
        return self._program([f"--init-file={self._init_file}"])

    def program_on(self, data_directory: Path, cores: frozenset[int] = frozenset()) -> Program:
        """What runs it on a copy of ``data_directory``, whose server has ended."""
        self._copy(data_directory)
        return self._program([], cores)

    def _copy(self, data_directory: Path) -> None:
        for directory in (self._directory, self._directory / "tmp"):
            self._runtime.give_to_database(make_private(directory))
        copy_data_directory(data_directory, self.data_directory, self._runtime.give_to_database)

    def _write(self, path: Path, text: str) -> None:
        write_private(path, text)
        self._runtime.give_to_database(path)

    def _program(self, options: list[str], cores: frozenset[int] = frozenset()) -> Program:
        fixed = server_options(self._directory, self.suite, self._runtime.listen_address)
        return Program(
            kind="database",
            arguments=[*self._runtime.database.serve(), *fixed, *options],
            environment={"PATH": os.environ.get("PATH", os.defpath)},
            directory=self._directory,
            ports=(self.suite.port,),
            cores=cores,
        )

    def wait(self, check: Callable[[], None]) -> str:
        """As :func:`wait_for_database`, for the suite's account."""
        version = wait_for_database(self.suite, check)
        self._init_file.unlink(missing_ok=True)
        return version

    def shut_down(self) -> None:
        """Ask the server to end in order; it does so after this has returned. Nothing when it has ended."""
        with contextlib.suppress(pymysql.err.OperationalError), _connection(self.suite) as connection:
            connection.cursor().execute("SHUTDOWN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give up the reservation of the port, which the server now has."""
        self._port.close()

    def _address(self, user: str, password: str) -> DatabaseAddress:
        return DatabaseAddress(LOOPBACK, self._port.number, user, password, self._directory / "database.sock")


def database_template(template_root: Path, runtime: Runtime) -> Path:
    """A data directory without our accounts, made once per version of the server, never started from.

    StackError when the server is missing or its installer fails.
    """
    version = runtime.database.identity
    key = hashlib.sha256(version.encode()).hexdigest()[:12]
    template = template_root / f"database-template-{key}"
    if (template / _MARKER).exists():
        return template
    with FileLock(template_root / f"{template.name}.lock"):
        if not (template / _MARKER).exists():
            shutil.rmtree(template, ignore_errors=True)
            _install_template(template, runtime)
            (template / _MARKER).write_text(version)
    return template


def _install_template(template: Path, runtime: Runtime) -> None:
    template.mkdir(mode=0o711)
    data_directory, scratch = template / "data", template / "tmp"
    for directory in (data_directory, scratch):
        runtime.give_to_database(make_private(directory))
    try:
        runtime.database.install(data_directory, scratch)
    except BaseException:
        shutil.rmtree(template)
        raise


def server_options(directory: Path, address: DatabaseAddress, listen_address: str) -> list[str]:
    """No option file of the machine is read: what is measured must not depend on it."""
    return [
        f"--datadir={directory / 'data'}",
        f"--tmpdir={directory / 'tmp'}",
        f"--socket={address.socket}",
        f"--pid-file={directory / 'database.pid'}",
        f"--bind-address={listen_address}",
        f"--port={address.port}",
        "--skip-name-resolve",
        "--character-set-server=utf8mb4",
        "--performance-schema=ON",
        # whole statements: the widest select of the RSS is longer than the default 1024 bytes
        "--max-digest-length=4096",
        "--performance-schema-max-digest-length=4096",
        "--performance-schema-max-sql-text-length=4096",
        # all rows of the largest profile stay in memory
        "--innodb-buffer-pool-size=512M",
    ]


def accounts_sql(suite: DatabaseAddress, dirac: DatabaseAddress, hosts: Sequence[str]) -> str:
    """One statement per line, as an init file wants it. The server's own accounts have no password: gone."""
    statements = [f"CREATE DATABASE {name} CHARACTER SET utf8mb4" for name in DATABASES]
    for host in hosts:
        statements.append(f"CREATE USER '{suite.user}'@'{host}' IDENTIFIED BY '{suite.password}'")
        statements.append(f"GRANT ALL ON *.* TO '{suite.user}'@'{host}' WITH GRANT OPTION")
    statements.append(f"CREATE USER '{dirac.user}'@'{hosts[0]}' IDENTIFIED BY '{dirac.password}'")
    statements += [f"GRANT ALL ON {name}.* TO '{dirac.user}'@'{hosts[0]}'" for name in DATABASES]
    statements.append("DROP USER IF EXISTS 'root'@'localhost', 'mysql'@'localhost'")
    return ";\n".join(statements) + ";\n"


def wait_for_database(address: DatabaseAddress, check: Callable[[], None]) -> str:
    """Until an account can log in; returns the server's version. ``check`` raises when the server has ended;
    StackError when it takes longer than START_TIMEOUT_S."""
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while (version := _version_answered(address)) is None:
        check()
        if time.monotonic() > deadline_s:
            raise StackError(f"the database server did not answer within {START_TIMEOUT_S:.0f} s")
        command.wait_seconds(_POLL_S)
    return version


def _version_answered(address: DatabaseAddress) -> str | None:
    try:
        connection = _connection(address)
    except pymysql.err.OperationalError:
        return None
    # not get_server_info(): the handshake puts "5.5.5-" before MariaDB's version
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT VERSION()")
        ((version,),) = cursor.fetchall()
        return str(version)


def _connection(address: DatabaseAddress) -> pymysql.Connection[Any]:
    return pymysql.connect(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        connect_timeout=5,
    )
