"""A stack that runs, and how it ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.dataset.installation import installation_of
from harness.dataset.profiles import Profile
from harness.errors import StackError
from harness.model import DataSet, FrontDoor
from harness.stack.certificates import HOST, Certificates, Identity
from harness.stack.configuration import ServiceSettings, service_url
from harness.stack.configuration_service import PART as CONFIGURATION
from harness.stack.configuration_service import ConfigurationService, configuration_url
from harness.stack.cpu_meter import Meter
from harness.stack.database import DatabaseAddress, DatabaseServer
from harness.stack.dips_client import DipsClient
from harness.stack.dirac_process import DiracProcess
from harness.stack.diset import diset_settings
from harness.stack.filling import empty_tables, fill
from harness.stack.front_doors import Ports
from harness.stack.parts import Part, Parts
from harness.stack.readiness import check_rows, make_tables, rpc_values, wait_until_listening
from harness.stack.releases import series_of
from harness.stack.runtime import Program, Runtime
from harness.stack.service import Services
from scenarios.catalogue import write_catalogue
from scenarios.clients import new_client
from scenarios.diset_settings import DisetSettings
from scenarios.rpc import RpcClient

_CALL_TIMEOUT_S = 60.0
_SHUTDOWN_TIMEOUT_S = 60.0
#: How long the threads of a process that is killed may outlive its connections.
_LAST_BREATH_S = 1.0
_POLL_S = 0.02


class Stack:
    """A running stack. Whoever started it owns it: it ends with :meth:`stop`, or with its owner.

    ``database`` is the address of an account that may do everything, performance_schema included. ``ports`` names
    the front doors of this stack.
    """

    profile: Profile
    data_set: DataSet
    ready_s: float
    database: DatabaseAddress
    database_version: str
    certificates: Certificates
    server: DatabaseServer
    dirac: DiracProcess  # for scripts beside the services
    # only of a stack with the front door dips: DIRAC's own client, and what a client of ours is told as whom
    dips: DipsClient
    diset: Callable[[str], DisetSettings]

    def __init__(  # noqa: PLR0913, PLR0917  what it is made of
        self,
        directory: Path,
        mark: str,
        ports: Ports,
        log_directory: Path,
        remove: Callable[[], None],
        runtime: Runtime,
        owner: str = "",
    ) -> None:
        """``remove`` ends the parts and deletes the directory. ``owner``: whose, where others run beside."""
        self._remove: Callable[[], None] | None = remove
        self.runtime = runtime
        self.log_directory = log_directory
        self._parts = Parts()
        self.owner = self._parts.owner = owner
        self.mark = mark
        self.directory = directory
        self.ports = ports
        #: of the services behind each front door
        self.settings: dict[FrontDoor, ServiceSettings] = {}
        self.catalogue_file = self.directory / "catalogue.json"
        self.must_answer_rightly = True
        #: of the Configuration service; empty when there is none
        self.configuration_url = ""

    @property
    def front_door(self) -> FrontDoor:
        """The one that clients come through unless told otherwise: the first of this stack."""
        return next(iter(self.ports))

    @property
    def service_url(self) -> str:
        """Of all services behind https, else of ResourceStatus over dips."""
        if "https" in self.ports:
            return f"https://{HOST}:{self.ports['https']['ResourceStatus']}"
        return self.service_urls[0]

    @property
    def service_urls(self) -> tuple[str, ...]:
        """Of each service behind each front door, as DIRAC's client takes them."""
        return tuple(service_url(door, *one) for door, ports in self.ports.items() for one in ports.items())

    @property
    def ca_file(self) -> Path:
        return self.certificates.ca_file

    @property
    def identities(self) -> dict[str, Identity]:
        """``admin`` may write, ``user`` may only read, ``host`` is the service itself."""
        return self.certificates.identities

    @property
    def service_logs(self) -> dict[str, Path]:
        """By service, where it writes; those behind https share one file."""
        if self.front_door == "https":
            return dict.fromkeys(self.ports["https"], self._parts["service"].log_file)
        return {name: self._parts[f"service-{name}"].log_file for name in self.ports["dips"]}

    @property
    def pids(self) -> dict[str, tuple[int, ...]]:
        """Of the ``database``, of the ``service``, and of the ``configuration`` service if there is one."""
        return self._parts.pids

    @property
    def meters(self) -> dict[str, tuple[Meter, ...]]:
        """What the CPU time of each is read from."""
        return self._parts.meters

    @property
    def meters_told(self) -> dict[str, list[int | str]]:
        """The same for processes in the build's environment, as JSON has it."""
        return {
            group: [one if isinstance(one, int) else str(one) for one in members]
            for group, members in self.meters.items()
        }

    def client(self, identity: str = "admin", front_door: FrontDoor | None = None) -> RpcClient:
        """A client of its own, through the stack's first front door unless told otherwise."""
        who = self.identities[identity]
        return new_client(
            self.service_url,
            str(self.ca_file),
            str(who.certificate_file),
            str(who.key_file),
            diset=self.diset(identity) if (front_door or self.front_door) == "dips" else None,
            keep_alive=True,
            timeout_s=_CALL_TIMEOUT_S,
        )

    def run(self, name: str, program: Program) -> None:
        """Start a part of the stack, with its log and the stack's mark."""
        self.log_directory.mkdir(parents=True, exist_ok=True)
        log_file = self.log_directory / f"{name}.log"
        self._parts[name] = Part(name, self.runtime.start(name, program, log_file), log_file)

    def death(self) -> str | None:
        """Which part has ended, and how; None while all live."""
        return self._parts.death()

    def check(self) -> None:
        """StackError naming the process that has ended, with the last lines of its log."""
        if (death := self.death()) is not None:
            raise StackError(death)

    def check_after_silence(self) -> None:
        """As :meth:`check`, for who got no answer: a process that is being ended is not over at once."""
        deadline_s = time.monotonic() + _LAST_BREATH_S
        while time.monotonic() < deadline_s:
            self.check()
            command.wait_seconds(_POLL_S)

    def start_configuration_service(self, build: BuildEnvironment, account: DatabaseAddress, port: int) -> None:
        """Returns when it answers: the services and clients that are told of it do not start without it."""
        self.configuration_url = configuration_url(port)
        doors = [self._settings_of(build, door, account) for door in self.ports]
        ConfigurationService(build, doors, port, self.directory / CONFIGURATION, self.runtime).start(self.run)
        wait_until_listening(partial(self._parts.listening_ports, CONFIGURATION), [port], self.check)

    def start_services(
        self,
        build: BuildEnvironment,
        front_door: FrontDoor,
        account: DatabaseAddress,
        hash_seed: int | None = None,
        cores: frozenset[int] = frozenset(),
    ) -> None:
        """The services behind one front door, which use the database as ``account``; they are not ready yet."""
        settings = self.settings[front_door] = self._settings_of(build, front_door, account)
        inside = replace(settings, database=replace(account, host=self.runtime.database_host))
        directory = self.directory / "dirac" / front_door
        Services(build, inside, directory, self.runtime, hash_seed, cores).start(self.run)
        self.dirac = DiracProcess(build, self.directory / "client", self.mark)
        if front_door == "dips":
            self.dips = DipsClient(settings, self.dirac)
            self.diset = partial(diset_settings, settings, build.identity.dirac_version)

    def _settings_of(
        self, build: BuildEnvironment, front_door: FrontDoor, account: DatabaseAddress
    ) -> ServiceSettings:
        return ServiceSettings(
            series_of(build.identity.dirac_version),
            front_door,
            self.ports[front_door],
            self.certificates,
            account,
            installation_of(self.profile),
            self.configuration_url,
        )

    def wait_for_services(self) -> None:
        """Until they answer and have made their tables; StackError when one dies or takes too long."""
        if "https" in self.ports:
            with closing(self.client(front_door="https")) as client:
                make_tables(client, self.check)
        if "dips" in self.ports:
            listening = partial(self._parts.listening_ports, "service")
            wait_until_listening(listening, self.ports["dips"].values(), self.check)

    def load(self, seed: int) -> None:
        """Load the data set of its profile into the empty tables. Unless any answer will do, ready when the
        services answer with exactly its rows."""
        self.data_set, catalogue = fill(self.database, self.profile, seed)
        write_catalogue(catalogue, self.catalogue_file)
        if not self.must_answer_rightly:
            return
        for front_door in self.ports:
            with closing(self.client(front_door=front_door)) as client:
                check_rows(partial(rpc_values, client), catalogue)

    def reload_data_set(self) -> None:
        """Back to the data set as it was loaded at first."""
        empty_tables(self.database)
        self.load(self.data_set.seed)

    def kill(self) -> None:
        """End the processes at once, whatever they are doing."""
        self._parts.kill()

    def freeze(self) -> None:
        """End the processes in order; the directory stays, and fresh stacks can be started from what is loaded.

        StackError when the database server does not end.
        """
        self._parts.kill(spared="database")
        self.server.shut_down()
        try:
            self._parts["database"].running.wait(_SHUTDOWN_TIMEOUT_S)
        except command.Expired as error:
            raise StackError(f"the database did not end within {_SHUTDOWN_TIMEOUT_S:.0f} s") from error

    def stop(self) -> None:
        """End all processes and delete the directory; the logs stay. Does nothing the second time."""
        remove, self._remove = self._remove, None
        if remove is None:
            return
        remove()
        self._parts.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
