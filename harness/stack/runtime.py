"""What differs between the ways a stack can run: how a part of it is started, and how it is seen from outside.

All other modules of this package know these words only; ``processes`` and ``containers`` are what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from harness.builds.environment import BuildEnvironment
from harness.model import LocalRuntime
from harness.stack.cpu_meter import Meter

#: What a part needs around it: a database server, or a build of DIRAC.
Kind = Literal["database", "dirac"]


@dataclass(frozen=True)
class Program:
    """What one part of a stack runs. Paths are the same in every runtime.

    ``directory`` is its own, and the only place where it writes; ``reads`` are files and folders elsewhere.
    ``cores``: where it may run; empty for wherever the kernel likes. No secret may be in here.
    """

    kind: Kind
    arguments: Sequence[str | Path]
    environment: Mapping[str, str]
    directory: Path
    ports: Sequence[int]
    reads: Sequence[Path] = ()
    cores: frozenset[int] = frozenset()


class Running(Protocol):
    """A part that was started."""

    @property
    def who(self) -> str:
        """What a user finds it by: ``pid 4711``, ``container rssbench-...``."""

    @property
    def pids(self) -> tuple[int, ...]:
        """Its first process, as this machine numbers them; StackError when it has ended before it had one."""

    @property
    def meter(self) -> Meter:
        """What its CPU time is read from; StackError as above."""

    def ending(self) -> str | None:
        """How it ended; None while it lives."""

    def listening_ports(self) -> set[int]:
        """Where it, or who shares its network, listens now."""

    def kill(self) -> None:
        """End it at once, whatever it is doing; returns when it has ended."""

    def wait(self, timeout_s: float | None = None) -> None:
        """Until it has ended; command.Expired when that takes longer."""


class DatabaseProgram(Protocol):
    """A database server that is installed somewhere."""

    @property
    def identity(self) -> str:
        """The same for the same server: templates are made once for each."""

    def install(self, data_directory: Path, scratch: Path) -> None:
        """Fill an empty data directory; StackError with what the installer said."""

    def serve(self) -> list[str]:
        """The beginning of the command line that runs it."""


class Runtime(Protocol):
    """How the parts of one stack run."""

    @property
    def name(self) -> LocalRuntime:
        """As users know it."""

    @property
    def engine_name(self) -> str:
        """And version, of containers; else empty."""

    @property
    def listen_address(self) -> str:
        """What servers of the stack listen on."""

    @property
    def account_hosts(self) -> Sequence[str]:
        """Where accounts of the database may come from."""

    @property
    def database(self) -> DatabaseProgram:
        """The server that a stack gets."""

    @property
    def database_host(self) -> str:
        """What the services of the stack reach the database as."""

    def start(self, part: str, program: Program, log_file: Path) -> Running:
        """Start a part; its log is appended to ``log_file``, mode 0600. RssbenchError when that cannot be."""

    def inside(self, build: BuildEnvironment) -> BuildEnvironment:
        """The build where services run; what is beside them runs in the one given."""

    def give_to_database(self, path: Path) -> None:
        """Make the account that the database runs as the owner."""

    def give_to_services(self, path: Path) -> None:
        """Make the account that services run as the owner."""

    def beside(self, directory: Path, ports: Sequence[int]) -> Runtime:
        """For another stack of the same owner: its directory, and the ports of its services."""


#: Given mark, directory and ports of services: the runtime of a stack.
OpenRuntime = Callable[[str, Path, Sequence[int]], Runtime]
