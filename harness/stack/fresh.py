"""Fresh processes of one or more builds, each on its own copy of what a frozen stack has loaded.

All are started side by side, so that two builds are ready in little more than the time of one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.builds.environment import BuildEnvironment
from harness.errors import StackError
from harness.model import FrontDoor
from harness.stack.database import DatabaseServer
from harness.stack.front_doors import numbers_of, reserved_ports
from harness.stack.lifecycle import Stack


@dataclass(frozen=True)
class Placement:
    """Where processes run, and with which seed of Python's hashes. Empty cores: wherever the kernel likes."""

    hash_seed: int
    service_cores: frozenset[int] = frozenset()
    database_cores: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Origin:
    """``frozen``: a stack whose processes have ended and whose directory is there; ``build`` may be another one,
    if it has the same tables, and so may ``front_door``, by which alone the fresh services can be reached."""

    name: str
    frozen: Stack
    build: BuildEnvironment
    front_door: FrontDoor = "https"


@contextmanager
def fresh_stacks(
    origins: Sequence[Origin], placements: Sequence[Placement], log_directory: Path
) -> Iterator[list[Stack]]:
    """Ready stacks in the order of ``origins``, started in that order; they end with the context.

    StackError naming the part that did not start, with the last lines of its log.
    """
    with ExitStack() as ends:
        starting = [
            ends.enter_context(_starting(origin, placement, place, log_directory / f"{place}-{origin.name}"))
            for place, (origin, placement) in enumerate(zip(origins, placements, strict=True))
        ]
        # every database first: the services of one side load while the database of the other starts
        for stack, origin, placement in zip(starting, origins, placements, strict=True):
            with _naming(stack):
                stack.database_version = stack.server.wait(stack.check)
                if origin.front_door == "dips":  # whose services want the database when they start
                    _start_services(stack, origin, placement)
        for stack, origin in zip(starting, origins, strict=True):
            with _naming(stack):
                stack.wait_for_services()
            stack.data_set = origin.frozen.data_set
        yield starting


@contextmanager
def _naming(stack: Stack) -> Iterator[None]:
    """Whatever goes wrong names the stack, and the process that has ended if one has."""
    try:
        yield
    except StackError as error:
        raise StackError(stack.death() or f"the stack of the {stack.owner}: {error}") from error


@contextmanager
def _starting(origin: Origin, placement: Placement, place: int, log_directory: Path) -> Iterator[Stack]:
    frozen = origin.frozen
    # as long for every side: paths stand in the memory of what is measured
    directory = frozen.directory / f"fresh-{place}"
    directory.mkdir()
    directory.chmod(0o711)
    with reserved_ports((origin.front_door,), None) as ports, ExitStack() as ends:
        runtime = frozen.runtime.beside(directory, numbers_of(ports))
        server = ends.enter_context(DatabaseServer(directory / "database", runtime, frozen.server.passwords))
        owner = f"{origin.name} {origin.build.identity.name}"
        stack = Stack(
            directory, frozen.mark, ports, log_directory, lambda: shutil.rmtree(directory), runtime, owner
        )
        ends.callback(stack.stop)
        ends.callback(stack.kill)
        stack.profile = frozen.profile
        stack.certificates, stack.catalogue_file = frozen.certificates, frozen.catalogue_file
        stack.server, stack.database = server, server.suite
        if origin.front_door == "https":  # they load meanwhile
            _start_services(stack, origin, placement)
        stack.run("database", server.program_on(frozen.server.data_directory, placement.database_cores))
        yield stack


def _start_services(stack: Stack, origin: Origin, placement: Placement) -> None:
    stack.start_services(
        origin.build, origin.front_door, stack.server.dirac, placement.hash_seed, placement.service_cores
    )
