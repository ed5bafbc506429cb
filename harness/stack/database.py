"""A MariaDB server of the stack's own: fresh data directory, loopback only, random passwords."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pymysql
from filelock import FileLock
from sqlalchemy import URL

from harness import command
from harness.model import StackError
from harness.stack.data_directory import SERVER_ACCOUNT, copy_data_directory, give_to_server, make_private
from harness.stack.ports import LOOPBACK, ReservedPort

#: The databases of the RSS, made empty; DIRAC makes the tables.
DATABASES = ("ResourceStatusDB", "ResourceManagementDB")

START_TIMEOUT_S = 60.0
_INSTALL_TIMEOUT_S = 120.0
_POLL_S = 0.02
_ADVICE = "apt-get install -y mariadb-server"
_MARKER = "complete"
#: Where servers are installed, which is not on the search path of every user.
_SERVER_DIRECTORIES = ["/usr/sbin", "/usr/local/sbin"]


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

    def __init__(self, directory: Path, passwords: Passwords | None = None) -> None:
        self._port = ReservedPort()
        self._directory = directory
        self._init_file = directory / "accounts.sql"
        self.passwords = passwords or Passwords()
        #: may do everything, performance_schema included
        self.suite = self._address("suite", self.passwords.suite)
        #: the services' own account: their two databases, nothing else
        self.dirac = self._address("dirac", self.passwords.dirac)

    @property
    def data_directory(self) -> Path:
        return self._directory / "data"

    def start(self, template_root: Path, *, log_file: Path, mark: str) -> command.Process:
        """Start with empty databases on a copy of the template; the server does not answer yet."""
        template = database_template(template_root)
        self._copy(template / "data")
        _write_for_server(self._init_file, _accounts_sql(self.suite, self.dirac))
        return self._run([f"--init-file={self._init_file}"], log_file, mark)

    def start_on(self, data_directory: Path, *, log_file: Path, mark: str) -> command.Process:
        """Start on a copy of ``data_directory``, whose server has ended; the server does not answer yet."""
        self._copy(data_directory)
        return self._run([], log_file, mark)

    def _copy(self, data_directory: Path) -> None:
        for directory in (self._directory, self._directory / "tmp"):
            give_to_server(make_private(directory))
        copy_data_directory(data_directory, self.data_directory)

    def _run(self, options: list[str], log_file: Path, mark: str) -> command.Process:
        return command.start(
            [_program("mariadbd"), *_server_options(self._directory, self.suite), *options],
            log_file=log_file,
            mark=mark,
            environment={"PATH": os.environ.get("PATH", os.defpath)},
        )

    def wait(self, check: Callable[[], None]) -> str:
        """Until the suite's account can log in; returns the server's version. ``check`` raises when the server
        has ended; StackError when it takes longer than START_TIMEOUT_S."""
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while (version := _version_answered(self.suite)) is None:
            check()
            if time.monotonic() > deadline_s:
                raise StackError(f"the database server did not answer within {START_TIMEOUT_S:.0f} s")
            command.wait_seconds(_POLL_S)
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


def database_template(template_root: Path) -> Path:
    """A data directory without our accounts, made once per version of mariadbd, never started from.

    StackError when mariadbd is missing or its installer fails.
    """
    version = _version(_program("mariadbd"))
    key = hashlib.sha256(version.encode()).hexdigest()[:12]
    template = template_root / f"database-template-{key}"
    if (template / _MARKER).exists():
        return template
    with FileLock(template_root / f"{template.name}.lock"):
        if not (template / _MARKER).exists():
            shutil.rmtree(template, ignore_errors=True)
            _install_template(template)
            (template / _MARKER).write_text(version)
    return template


def _install_template(template: Path) -> None:
    template.mkdir(mode=0o711)
    for directory in (template / "data", template / "tmp"):
        give_to_server(make_private(directory))
    installed = command.run(
        [
            _program("mariadb-install-db"),
            "--no-defaults",
            f"--datadir={template / 'data'}",
            "--auth-root-authentication-method=socket",
            "--skip-test-db",
            "--skip-name-resolve",
            *_account_option(),
        ],
        timeout_s=_INSTALL_TIMEOUT_S,
        # two that install at the same time give their temporary tables the same names
        environment=os.environ | {"TMPDIR": str(template / "tmp")},
    )
    if installed.returncode != 0:
        shutil.rmtree(template)
        last = "\n".join(installed.stderr.strip().splitlines()[-8:])
        raise StackError(f"mariadb-install-db ended with exit code {installed.returncode}:\n{last}")


def _server_options(directory: Path, address: DatabaseAddress) -> list[str]:
    """No option file of the machine is read: what is measured must not depend on it."""
    return [
        "--no-defaults",
        f"--datadir={directory / 'data'}",
        f"--tmpdir={directory / 'tmp'}",
        f"--socket={address.socket}",
        f"--pid-file={directory / 'database.pid'}",
        f"--bind-address={LOOPBACK}",
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
        *_account_option(),
    ]


def _accounts_sql(suite: DatabaseAddress, dirac: DatabaseAddress) -> str:
    """One statement per line, as an init file wants it. The server's own accounts have no password: gone."""
    statements = [f"CREATE DATABASE {name} CHARACTER SET utf8mb4" for name in DATABASES]
    for host in (LOOPBACK, "localhost"):
        statements.append(f"CREATE USER '{suite.user}'@'{host}' IDENTIFIED BY '{suite.password}'")
        statements.append(f"GRANT ALL ON *.* TO '{suite.user}'@'{host}' WITH GRANT OPTION")
    statements.append(f"CREATE USER '{dirac.user}'@'{LOOPBACK}' IDENTIFIED BY '{dirac.password}'")
    statements += [f"GRANT ALL ON {name}.* TO '{dirac.user}'@'{LOOPBACK}'" for name in DATABASES]
    statements.append("DROP USER IF EXISTS 'root'@'localhost', 'mysql'@'localhost'")
    return ";\n".join(statements) + ";\n"


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


def _program(name: str) -> str:
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *_SERVER_DIRECTORIES]))
    if found is None:
        raise StackError(f"{name} is not installed; install MariaDB's server: {_ADVICE}")
    return found


@functools.cache
def _version(program: str) -> str:
    return command.run([program, "--no-defaults", "--version"], timeout_s=30).stdout.strip()


def _account_option() -> list[str]:
    return [f"--user={SERVER_ACCOUNT}"] if os.getuid() == 0 else []


def _write_for_server(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    give_to_server(path)
