"""The runtime ``containers``: every part in a container of its own, on a network of the stack's own.

The first service publishes the ports of all, on loopback, and the others share its network: services find each
other where clients find them. Folders of the stack are mounted under the paths that they have outside. Each
container is held by a process of ours, the engine's own client, whose output is the part's log and whose end is
its end; so a part that dies is noticed as quickly as a process that dies.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.model import LocalRuntime
from harness.stack.container import Container
from harness.stack.engine import MARK_LABEL, Engine
from harness.stack.images import CONTAINER_USER, DIRAC_PYTHON
from harness.stack.ownership import note_engine
from harness.stack.ports import LOOPBACK
from harness.stack.runtime import Kind, OpenRuntime, Program

#: In an image of ours, and mounted into those of others.
_DATABASE_SCRIPT = Path(__file__).parent.parent.parent / "docker" / "database" / "database.sh"
_INSTALL_TIMEOUT_S = 120.0
_PATH = f"{DIRAC_PYTHON.parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#: Of every container: no privilege that it could give away, and nothing to write to but its own folder.
_CONFINEMENT = (
    *("--cap-drop", "ALL"),
    *("--security-opt", "no-new-privileges"),
    *("--read-only", "--tmpfs", "/tmp"),  # noqa: S108  its own
    # a check would use CPU in the container whose CPU is measured; the harness looks itself
    "--no-healthcheck",
)


#: Far more than a stack has, in threads.
_MOST_PROCESSES = 4096


@dataclass(frozen=True)
class ContainerDatabase:
    """The server of an image, which may be anybody's that has MariaDB's or MySQL's programs."""

    engine: Engine
    image: str
    mark: str

    @property
    def identity(self) -> str:
        return self.engine.call("image", "inspect", "--format", "{{.Id}}", self.image)

    def serve(self) -> list[str]:
        return ["sh", str(_DATABASE_SCRIPT), "serve"]

    def install(self, data_directory: Path, scratch: Path) -> None:
        self.engine.call(
            *("run", "--rm", "--network", "none", "--label", f"{MARK_LABEL}={self.mark}"),
            *_CONFINEMENT,
            *_limits(self.engine),
            *_as_user(self.engine),
            *("--env", f"TMPDIR={scratch}", "--entrypoint", "sh"),
            *_mounts(writable=[data_directory, scratch], readable=[_DATABASE_SCRIPT]),
            *(self.image, _DATABASE_SCRIPT, "install", data_directory),
            timeout_s=_INSTALL_TIMEOUT_S,
        )


@dataclass
class Containers:
    """``prefix`` of the names of its containers. ``ports``: those that its services publish."""

    engine: Engine
    images: Mapping[Kind, str]
    mark: str
    prefix: str
    ports: Sequence[int]
    name: LocalRuntime = field(default="containers", init=False)
    #: of its own network, which nobody gets to but by a published port
    listen_address: str = field(default="0.0.0.0", init=False)  # noqa: S104
    account_hosts: Sequence[str] = field(default=("%",), init=False)
    _services: list[Container] = field(default_factory=list, init=False)

    @property
    def engine_name(self) -> str:
        return str(self.engine)

    @property
    def database(self) -> ContainerDatabase:
        return ContainerDatabase(self.engine, self.images["database"], self.mark)

    @property
    def database_host(self) -> str:
        return self._container_name("database")

    @property
    def _network(self) -> str:
        return f"rssbench-{self.mark}"

    def _container_name(self, part: str) -> str:
        return f"rssbench-{self.prefix}-{part}".lower()

    def start(self, part: str, program: Program, log_file: Path) -> Container:
        container_name = self._container_name(part)
        environment = dict(program.environment) | {"PATH": _PATH, command.MARK_VARIABLE: self.mark}
        first, *rest = map(str, program.arguments)
        arguments = [
            *(self.engine.program, "run", "--rm", "--name", container_name),
            *("--label", f"{MARK_LABEL}={self.mark}"),
            *self._network_options(program),
            *_CONFINEMENT,
            *_limits(self.engine),
            *_as_user(self.engine),
            *_mounts(writable=[program.directory], readable=[*program.reads, *self._scripts(program)]),
            *("--workdir", str(program.directory)),
            *(word for name, value in environment.items() for word in ("--env", f"{name}={value}")),
            *(["--cpuset-cpus", ",".join(map(str, sorted(program.cores)))] if program.cores else []),
            *("--log-driver", "none", "--sig-proxy=false"),
            *("--entrypoint", first, self.images[program.kind], *rest),
        ]
        client = command.start(arguments, log_file=log_file, mark=self.mark)
        container = Container(self.engine, container_name, client)
        if program.kind == "dirac":
            self._services.append(container)
        return container

    def _network_options(self, program: Program) -> list[str]:
        if program.kind == "dirac" and self._services:
            self._services[0].wait_until_it_runs()
            return ["--network", f"container:{self._services[0].name}"]
        published = self.ports if program.kind == "dirac" else program.ports
        options = [word for port in published for word in ("--publish", f"{LOOPBACK}:{port}:{port}")]
        return ["--network", self._network, *options]

    def _scripts(self, program: Program) -> list[Path]:
        return [_DATABASE_SCRIPT] if program.kind == "database" else []

    def inside(self, build: BuildEnvironment) -> BuildEnvironment:
        return BuildEnvironment(DIRAC_PYTHON, build.identity)

    def give_to_database(self, path: Path) -> None:
        _give(path)

    def give_to_services(self, path: Path) -> None:
        _give(path)

    def beside(self, directory: Path, ports: Sequence[int]) -> Containers:
        """On the same network; names are as long for every one: they stand in the memory of what is measured."""
        return replace(self, prefix=f"{self.mark}-{directory.name}", ports=ports)


def open_containers(engine: Engine, images: Mapping[Kind, str]) -> OpenRuntime:
    """Opens the runtime of a stack: notes who must remove what, then makes its network."""

    def opened(mark: str, directory: Path, ports: Sequence[int]) -> Containers:
        note_engine(directory, engine)
        containers = Containers(engine, images, mark, mark, ports)
        engine.make_network(f"rssbench-{mark}", mark)
        return containers

    return opened


def _limits(engine: Engine) -> list[str]:
    """Podman, which has no server, asks for more files and processes than every root may give."""
    if not engine.is_podman:
        return []
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return ["--ulimit", f"nofile={files}:{files}", "--ulimit", f"nproc={_MOST_PROCESSES}:{_MOST_PROCESSES}"]


def _as_user(engine: Engine) -> list[str]:
    """As ourselves; root's containers run as an account that is nobody's."""
    if os.getuid() == 0:
        return ["--user", f"{CONTAINER_USER}:{CONTAINER_USER}"]
    return [*(["--userns", "keep-id"] if engine.is_podman else []), "--user", f"{os.getuid()}:{os.getgid()}"]


def _give(path: Path) -> None:
    if os.getuid() == 0:
        os.chown(path, CONTAINER_USER, CONTAINER_USER)


def _mounts(*, writable: Sequence[Path], readable: Sequence[Path]) -> list[str]:
    mounts = [f"{path}:{path}" for path in writable] + [f"{path}:{path}:ro" for path in readable]
    return [word for mount in mounts for word in ("--volume", mount)]
