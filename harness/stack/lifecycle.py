"""From a build to a stack that answers, and back to nothing."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES, Profile
from harness.model import DataSet, StackError
from harness.stack.certificates import HOST, Certificates, Identity, make_certificates
from harness.stack.configuration import ServiceSettings
from harness.stack.database import DatabaseAddress, DatabaseServer
from harness.stack.filling import empty_tables, fill
from harness.stack.ownership import OwnedDirectory, prepare_stack_root, remove_leftovers
from harness.stack.ports import ReservedPort
from harness.stack.readiness import check_rows, make_tables
from harness.stack.service import start_service
from scenarios.catalogue import write_catalogue
from scenarios.https_client import HttpsClient

_CALL_TIMEOUT_S = 60.0
_SHUTDOWN_TIMEOUT_S = 60.0
#: What the template or a fresh data directory takes; less left after a failed start is worth saying.
_WANTED_FREE_BYTES = 130_000_000

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """A process of the stack and where it writes."""

    name: str
    process: command.Process
    log_file: Path

    def death(self) -> str | None:
        """How the process ended, with the last lines of its log; None while it lives."""
        code = self.process.poll()
        if code is None:
            return None
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        last = command.last_lines(self.log_file)
        return f"the {self.name} (pid {self.process.pid}) {how}; {self.log_file} ends with\n{last}"


class Stack:
    """A running stack. Whoever started it owns it: it ends with :meth:`stop`, or with its owner.

    ``database`` is the address of an account that may do everything, performance_schema included.
    """

    data_set: DataSet
    ready_s: float
    database: DatabaseAddress
    database_version: str
    certificates: Certificates
    server: DatabaseServer

    def __init__(
        self, directory: Path, mark: str, service_port: int, log_directory: Path, remove: Callable[[], None]
    ) -> None:
        """``remove`` ends the processes of the stack and deletes its directory."""
        self._remove: Callable[[], None] | None = remove
        self.log_directory = log_directory
        self._parts: dict[str, Part] = {}
        self.mark = mark
        self.directory = directory
        self.service_port = service_port
        self.service_url = f"https://{HOST}:{service_port}"
        self.catalogue_file = self.directory / "catalogue.json"

    @property
    def ca_file(self) -> Path:
        return self.certificates.ca_file

    @property
    def identities(self) -> dict[str, Identity]:
        """``admin`` may write, ``user`` may only read, ``host`` is the service itself."""
        return self.certificates.identities

    @property
    def service_log(self) -> Path:
        """Where the services write."""
        return self._parts["service"].log_file

    @property
    def pids(self) -> dict[str, tuple[int, ...]]:
        return {name: (part.process.pid,) for name, part in self._parts.items()}

    def client(self, identity: str = "admin") -> HttpsClient:
        """A connection of its own to the services."""
        who = self.identities[identity]
        return HttpsClient(
            self.service_url,
            str(self.ca_file),
            str(who.certificate_file),
            str(who.key_file),
            keep_alive=True,
            timeout_s=_CALL_TIMEOUT_S,
        )

    def run(self, name: str, start: Callable[..., command.Process]) -> None:
        """Start a part of the stack, with its log and the stack's mark."""
        self.log_directory.mkdir(parents=True, exist_ok=True)
        log_file = self.log_directory / f"{name}.log"
        self._parts[name] = Part(name, start(log_file=log_file, mark=self.mark), log_file)

    def death(self) -> str | None:
        """Which process has ended, and how; None while all live."""
        return next(filter(None, (part.death() for part in self._parts.values())), None)

    def check(self) -> None:
        """StackError naming the process that has ended, with the last lines of its log."""
        if (death := self.death()) is not None:
            raise StackError(death)

    def load(self, profile: Profile, seed: int) -> None:
        """Load the data set into the empty tables; ready when the services answer with exactly its rows."""
        self.data_set, catalogue = fill(self.database, profile, seed)
        write_catalogue(catalogue, self.catalogue_file)
        with closing(self.client()) as client:
            check_rows(client, catalogue)

    def reload_data_set(self) -> None:
        """Back to the data set as it was loaded at first."""
        empty_tables(self.database)
        self.load(PROFILES[self.data_set.profile], self.data_set.seed)

    def kill(self) -> None:
        """End the processes at once, whatever they are doing."""
        for part in self._parts.values():
            part.process.kill()
            part.process.wait()

    def freeze(self) -> None:
        """End the processes in order; the directory stays, and fresh stacks can be started from what is loaded.

        StackError when the database server does not end.
        """
        self._parts["service"].process.kill()
        self._parts["service"].process.wait()
        self.server.shut_down()
        try:
            self._parts["database"].process.wait(_SHUTDOWN_TIMEOUT_S)
        except command.Expired as error:
            raise StackError(f"the database did not end within {_SHUTDOWN_TIMEOUT_S:.0f} s") from error

    def stop(self) -> None:
        """End all processes and delete the directory; the logs stay. Does nothing the second time."""
        remove, self._remove = self._remove, None
        if remove is None:
            return
        remove()
        for part in self._parts.values():
            part.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_stack(  # noqa: PLR0913  what to start, with which data, and where
    build: BuildEnvironment,
    *,
    profile: Profile,
    seed: int,
    stack_root: Path,
    log_directory: Path | None,
    service_port: int | None = None,
    progress: Progress = lambda _line: None,
) -> Stack:
    """Start a stack and load its data set; returns when it is ready.

    Without ``service_port`` any free port is taken. Logs are written to ``log_directory`` and stay there; without
    one they go away with the stack.
    StackError says which part failed; whatever was started is ended then.
    """
    started_s = time.monotonic()
    prepare_stack_root(stack_root)
    remove_leftovers(stack_root, progress)
    with ReservedPort(service_port) as port:
        owned = OwnedDirectory(stack_root)
        logs = log_directory or owned.path / "logs"
        stack = Stack(owned.path, owned.mark, port.number, logs, owned.remove)
        try:
            _start_parts(stack, build)
            with closing(stack.client()) as client:
                make_tables(client, stack.check)
            progress(f"loading data set {profile.name}")
            stack.load(profile, seed)
            stack.check()
        except (OSError, StackError, SQLAlchemyError) as error:
            reason = (stack.death() or str(error)) + _shortage(stack_root)
            stack.stop()
            raise StackError(reason) from error
        except BaseException:
            stack.stop()
            raise
    stack.ready_s = time.monotonic() - started_s
    progress(f"stack ready in {stack.ready_s:.1f} s: {stack.service_url}")
    return stack


def _shortage(stack_root: Path) -> str:
    """Programs say many things when a disk is full; this says it in plain words."""
    free_bytes = shutil.disk_usage(stack_root).free
    if free_bytes > _WANTED_FREE_BYTES:
        return ""
    return f"\nonly {free_bytes / 1e6:.0f} MB are free in {stack_root}: free some, or choose another stack folder"


def _start_parts(stack: Stack, build: BuildEnvironment) -> None:
    """The services need seconds to load and the database only when called, so both start side by side."""
    stack.certificates = make_certificates(stack.directory / "pki")
    with DatabaseServer(stack.directory / "database") as server:
        settings = ServiceSettings(stack.service_port, stack.certificates, server.dirac)
        stack.run("service", partial(start_service, build, settings, stack.directory / "dirac"))
        stack.run("database", partial(server.start, stack.directory.parent))
        stack.database_version = server.wait(stack.check)
    stack.server, stack.database = server, server.suite
