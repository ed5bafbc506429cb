"""DIRAC's own Configuration service as a part of a stack: the master, over DISET, from which services and clients
take what is not in their own file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.builds.environment import BuildEnvironment
from harness.stack.certificates import HOST
from harness.stack.cfg_text import Section, cfg_text, merged
from harness.stack.configuration import (
    CLIENTS_OPERATIONS,
    SETUPS,
    ServiceSettings,
    dirac_section,
    in_instances,
    shared_sections,
)
from harness.stack.private_file import write_private
from harness.stack.runtime import Runtime
from harness.stack.service import Run, Surroundings, launched

PART = "configuration"
_SERVICE = "Configuration/Server"

#: What it calls what it serves, and the file that it keeps that in.
_NAME = "rssbench"

#: DIRAC's ConfigTemplate.cfg: who may call what.
_AUTHORIZATION: Section = {
    "Default": "authenticated",
    "publishSlaveServer": "TrustedHost",
    "commitNewData": "CSAdministrator",
    "rollbackToVersion": "CSAdministrator",
    "getVersionContents": "ServiceAdministrator, CSAdministrator",
    "forceGlobalConfigurationUpdate": "CSAdministrator",
}


def configuration_url(port: int) -> str:
    return f"dips://{HOST}:{port}/{_SERVICE}"


def served_cfg(doors: Sequence[ServiceSettings]) -> str:
    """The text of what it serves at first, of services behind these front doors: a client gets to the first. No
    password is in it."""
    settings = doors[0]
    dirac: Section = {
        **(SETUPS if settings.series.has_setups else {}),
        "Configuration": {"Name": _NAME, "Servers": settings.configuration_url},
    }
    server: Section = {"Configuration": {"URLs": {"Server": settings.configuration_url}}}
    own: Section = {"DIRAC": dirac, "Systems": in_instances(settings.series, server), **CLIENTS_OPERATIONS}
    return cfg_text(merged(own, shared_sections(doors)))


def server_cfg(settings: ServiceSettings, port: int) -> str:
    """The text of its own dirac.cfg: it is the master of what it serves."""
    master = {"Servers": settings.configuration_url, "Master": "yes", "Name": _NAME}
    service: Section = {
        "HandlerPath": "DIRAC/ConfigurationSystem/Service/ConfigurationHandler.py",
        "Port": str(port),
        "Authorization": _AUTHORIZATION,
    }
    systems = in_instances(settings.series, {"Configuration": {"Services": {"Server": service}}})
    return cfg_text({"DIRAC": {**dirac_section(settings), "Configuration": master}, "Systems": systems})


@dataclass(frozen=True)
class ConfigurationService:
    """``doors``: of the services that it describes, that of the clients first. ``directory`` is made, for what it
    serves and the copies that it makes when that is changed."""

    build: BuildEnvironment
    doors: Sequence[ServiceSettings]
    port: int
    directory: Path
    runtime: Runtime

    def start(self, run: Run) -> None:
        """Write what it serves and start the process; it is not ready yet."""
        folder = self.directory / "etc"
        folder.mkdir(parents=True)
        self.directory.chmod(0o700)
        write_private(folder / "dirac.cfg", server_cfg(self.doors[0], self.port))
        write_private(folder / f"{_NAME}.cfg", served_cfg(self.doors))
        for path in (self.directory, folder, *folder.iterdir()):
            self.runtime.give_to_services(path)
        around = Surroundings(self.runtime, self.build, self.doors[0].certificates, self.directory)
        run(
            PART,
            launched("diset_launcher.py", [_SERVICE, "--cfg", folder / "dirac.cfg"], around, ports=[self.port]),
        )
