"""The RSS services of one build behind one front door: one process for https, one per service for dips."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.model import FrontDoor
from harness.stack.configuration import SERVICES, ServiceSettings, dirac_cfg
from harness.stack.private_file import write_private

DIRAC_SIDE = Path(__file__).parent / "dirac_side"

_LAUNCHERS: Mapping[FrontDoor, str] = {"https": "tornado_launcher.py", "dips": "diset_launcher.py"}
_VARIABLES: Mapping[FrontDoor, dict[str, str]] = {"https": {"DIRAC_USE_TORNADO_IOLOOP": "Yes"}, "dips": {}}

#: What each process is told to serve, by its name; behind https all that is configured. dirac-service would take
#: several services at once, but drops one of two connections that come to them at the same time.
_PROCESSES: Mapping[FrontDoor, Mapping[str, Sequence[str]]] = {
    "https": {"service": ()},
    "dips": {f"service-{name}": (f"ResourceStatus/{name}",) for name in SERVICES},
}

#: Starts a part of a stack under a name, given what starts its process with a log file and a mark.
Run = Callable[[str, Callable[..., command.Process]], None]


@dataclass(frozen=True)
class Services:
    """``directory`` is made, for their configuration. ``hash_seed``: PYTHONHASHSEED of the services; None leaves
    the choice to Python."""

    build: BuildEnvironment
    settings: ServiceSettings
    directory: Path
    hash_seed: int | None = None

    def start(self, run: Run) -> None:
        """Write the configuration and start the processes; they are not ready yet."""
        self.directory.mkdir(parents=True, mode=0o700)
        self._cfg_file.parent.mkdir()
        write_private(self._cfg_file, dirac_cfg(self.settings))
        for name, served in _PROCESSES[self.settings.front_door].items():
            run(name, partial(self._start_process, served))

    def _start_process(self, served: Sequence[str], *, log_file: Path, mark: str) -> command.Process:
        front_door = self.settings.front_door
        seed = {} if self.hash_seed is None else {"PYTHONHASHSEED": str(self.hash_seed)}
        return command.start(
            [self.build.python, DIRAC_SIDE / _LAUNCHERS[front_door], *served, "--cfg", self._cfg_file],
            log_file=log_file,
            mark=mark,
            environment=dirac_environment(self.build, self.directory) | _VARIABLES[front_door] | seed,
            directory=self.directory,
        )

    @property
    def _cfg_file(self) -> Path:
        return self.directory / "etc" / "dirac.cfg"


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
