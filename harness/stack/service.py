"""The RSS services of one build behind one front door: one process for https, one per service for dips."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.builds.environment import BuildEnvironment
from harness.model import FrontDoor
from harness.stack.certificates import Certificates
from harness.stack.configuration import SERVICES, ServiceSettings, dirac_cfg
from harness.stack.private_file import write_private
from harness.stack.runtime import Program, Runtime

DIRAC_SIDE = Path(__file__).parent / "dirac_side"

_LAUNCHERS: Mapping[FrontDoor, str] = {"https": "tornado_launcher.py", "dips": "diset_launcher.py"}
_VARIABLES: Mapping[FrontDoor, dict[str, str]] = {"https": {"DIRAC_USE_TORNADO_IOLOOP": "Yes"}, "dips": {}}

#: What each process is told to serve, by its name; behind https all that is configured. dirac-service would take
#: several services at once, but drops one of two connections that come to them at the same time.
_PROCESSES: Mapping[FrontDoor, Mapping[str, Sequence[str]]] = {
    "https": {"service": ()},
    "dips": {f"service-{name}": (f"ResourceStatus/{name}",) for name in SERVICES},
}

#: Tells a launcher what to listen on.
LISTEN_VARIABLE = "RSSBENCH_LISTEN"

#: Starts a part of a stack under a name.
Run = Callable[[str, Program], None]


@dataclass(frozen=True)
class Services:
    """``directory`` is made, for their configuration. ``hash_seed``: PYTHONHASHSEED of the services; None leaves
    the choice to Python. ``cores``: where they may run; empty for anywhere."""

    build: BuildEnvironment
    settings: ServiceSettings
    directory: Path
    runtime: Runtime
    hash_seed: int | None = None
    cores: frozenset[int] = frozenset()

    def start(self, run: Run) -> None:
        """Write the configuration and start the processes; they are not ready yet."""
        self.directory.mkdir(parents=True, mode=0o700)
        self._cfg_file.parent.mkdir()
        write_private(self._cfg_file, dirac_cfg(self.settings))
        for path in (self.directory, self._cfg_file.parent, self._cfg_file):
            self.runtime.give_to_services(path)
        for name, served in _PROCESSES[self.settings.front_door].items():
            run(name, self._program(served))

    def _program(self, served: Sequence[str]) -> Program:
        front_door = self.settings.front_door
        seed = {} if self.hash_seed is None else {"PYTHONHASHSEED": str(self.hash_seed)}
        return launched(
            _LAUNCHERS[front_door],
            [*served, "--cfg", self._cfg_file],
            Surroundings(self.runtime, self.build, self.settings.certificates, self.directory),
            ports=[self.settings.ports[one.rpartition("/")[2]] for one in served or ("/ResourceStatus",)],
            variables=_VARIABLES[front_door] | seed,
            cores=self.cores,
        )

    @property
    def _cfg_file(self) -> Path:
        return self.directory / "etc" / "dirac.cfg"


@dataclass(frozen=True)
class Surroundings:
    """Of a service of DIRAC: how and from what it runs, whom it trusts and is, and its own directory."""

    runtime: Runtime
    build: BuildEnvironment
    certificates: Certificates
    directory: Path


def launched(  # noqa: PLR0913  what a program is
    launcher: str,
    arguments: Sequence[str | Path],
    around: Surroundings,
    *,
    ports: Sequence[int],
    variables: Mapping[str, str] | None = None,
    cores: frozenset[int] = frozenset(),
) -> Program:
    """A service of DIRAC by one of our launchers. What it reads is made readable to the account it runs as."""
    certificates, runtime = around.certificates, around.runtime
    host = certificates.identities["host"]
    own = (certificates.ca_directory, host.certificate_file, host.key_file)
    for path in (*own, *certificates.ca_directory.iterdir()):
        runtime.give_to_services(path)
    build = runtime.inside(around.build)
    return Program(
        kind="dirac",
        arguments=[build.python, DIRAC_SIDE / launcher, *arguments],
        environment=dirac_environment(build, around.directory)
        | dict(variables or {})
        | {LISTEN_VARIABLE: runtime.listen_address},
        directory=around.directory,
        ports=ports,
        reads=(DIRAC_SIDE, *own),
        cores=cores,
    )


def dirac_environment(build: BuildEnvironment, directory: Path) -> dict[str, str]:
    """Nothing of the caller's but the search path.

    REQUESTS_CA_BUNDLE and SSL_CERT_FILE would take the place of the stack's own CA, X509_* of its certificates,
    PYTHONPATH of the build.
    """
    return {
        "PATH": f"{build.python.parent}:{os.environ.get('PATH', os.defpath)}",
        "HOME": str(directory),
        "LANG": "C.UTF-8",
        "DIRAC_ROOT_PATH": str(directory),
        "PYTHONUNBUFFERED": "1",  # the last lines of the log are there when the process dies
    }
