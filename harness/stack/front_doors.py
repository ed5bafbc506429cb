"""The ways in to the services of a stack: which a release has, and their ports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from harness.model import FrontDoor, StackError
from harness.stack.configuration import SERVICES
from harness.stack.ports import ReservedPort
from harness.stack.releases import no_front_door, series_of

#: Front door to service to port. All services behind https have the same one.
Ports = Mapping[FrontDoor, Mapping[str, int]]


def chosen_front_doors(dirac_version: str, asked: Sequence[FrontDoor] | None) -> tuple[FrontDoor, ...]:
    """Those asked for, or the one that the release is used by; StackError when it does not have one."""
    there = series_of(dirac_version).front_doors
    for door in asked or ():
        if door not in there:
            raise StackError(no_front_door(dirac_version, door))
    return tuple(asked or there[:1])


@contextmanager
def reserved_ports(front_doors: Sequence[FrontDoor], first_port: int | None) -> Iterator[Ports]:
    """Loopback ports that stay ours until the services have them. ``first_port``: number of the first, else any
    free one. StackError when that is in use."""
    numbers: dict[FrontDoor, dict[str, int]] = {}
    with ExitStack() as reserved:
        for door in front_doors:
            count = 1 if door == "https" else len(SERVICES)
            ports: list[int] = []
            for _ in range(count):
                wanted = None if numbers or ports else first_port
                ports.append(reserved.enter_context(ReservedPort(wanted)).number)
            numbers[door] = dict(zip(SERVICES, ports * (len(SERVICES) // count), strict=True))
        yield numbers
