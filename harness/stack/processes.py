"""The runtime ``processes``: parts are processes of this machine, on its loopback address."""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.errors import StackError
from harness.model import LocalRuntime
from harness.stack.ports import LOOPBACK
from harness.stack.runtime import DatabaseProgram, Program

#: The account that Debian's package makes for the server; used when we are root, which the server refuses to be.
SERVER_ACCOUNT = "mysql"

_INSTALL_TIMEOUT_S = 120.0
_ADVICE = "apt-get install -y mariadb-server"
#: Where servers are installed, which is not on the search path of every user.
_SERVER_DIRECTORIES = ["/usr/sbin", "/usr/local/sbin"]


class NativeProcess:
    """A part that is a process of this machine."""

    def __init__(self, process: command.Process) -> None:
        self._process = process

    @property
    def who(self) -> str:
        return f"pid {self._process.pid}"

    @property
    def pids(self) -> tuple[int, ...]:
        return (self._process.pid,)

    @property
    def meter(self) -> int:
        return self._process.pid

    def ending(self) -> str | None:
        code = self._process.poll()
        if code is None:
            return None
        return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"

    def listening_ports(self) -> set[int]:
        try:
            connections = psutil.Process(self._process.pid).net_connections("tcp")
        except psutil.Error:
            return set()  # it has ended, which whoever waits for it will say
        return {one.laddr.port for one in connections if one.status == psutil.CONN_LISTEN}

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def wait(self, timeout_s: float | None = None) -> None:
        self._process.wait(timeout_s)


class NativeDatabase:
    """MariaDB as this machine has it."""

    @property
    def identity(self) -> str:
        return _version(_program("mariadbd"))

    def serve(self) -> list[str]:
        return [_program("mariadbd"), "--no-defaults", *_account_option()]

    def install(self, data_directory: Path, scratch: Path) -> None:
        installed = command.run(
            [
                _program("mariadb-install-db"),
                "--no-defaults",
                f"--datadir={data_directory}",
                "--auth-root-authentication-method=socket",
                "--skip-test-db",
                "--skip-name-resolve",
                *_account_option(),
            ],
            timeout_s=_INSTALL_TIMEOUT_S,
            # two that install at the same time give their temporary tables the same names
            environment=os.environ | {"TMPDIR": str(scratch)},
        )
        if installed.returncode != 0:
            last = "\n".join(installed.stderr.strip().splitlines()[-8:])
            raise StackError(f"mariadb-install-db ended with exit code {installed.returncode}:\n{last}")


@dataclass(frozen=True)
class Processes:
    """``mark``: that of the stack, which every process carries."""

    mark: str
    name: LocalRuntime = field(default="processes", init=False)
    engine_name: str = field(default="", init=False)
    listen_address: str = field(default=LOOPBACK, init=False)
    account_hosts: Sequence[str] = field(default=(LOOPBACK, "localhost"), init=False)
    database_host: str = field(default=LOOPBACK, init=False)
    database: DatabaseProgram = field(default_factory=NativeDatabase, init=False)

    def start(self, part: str, program: Program, log_file: Path) -> NativeProcess:  # noqa: ARG002  the part is a name
        process = command.start(
            program.arguments,
            log_file=log_file,
            mark=self.mark,
            environment=program.environment,
            directory=program.directory,
        )
        if program.cores:
            # at once: threads that it makes later stay on the cores of the first; if it has ended, others say so
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(process.pid, program.cores)
        return NativeProcess(process)

    def inside(self, build: BuildEnvironment) -> BuildEnvironment:
        return build

    def give_to_database(self, path: Path) -> None:
        """Nothing to do unless we are root."""
        if os.getuid() != 0:
            return
        try:
            account = pwd.getpwnam(SERVER_ACCOUNT)
        except KeyError as error:
            raise StackError(
                f"there is no account {SERVER_ACCOUNT}, which MariaDB's package makes: {_ADVICE}"
            ) from error
        os.chown(path, account.pw_uid, account.pw_gid)

    def give_to_services(self, path: Path) -> None:
        """They run as we do."""

    def beside(self, directory: Path, ports: Sequence[int]) -> Processes:  # noqa: ARG002  all share one network
        return self


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
