"""The ways in to the services of a stack: which a release has, and their ports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from harness.builds.spec import Release, parse_build
from harness.errors import StackError
from harness.model import FrontDoor
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


def front_doors_to_compare(
    dirac_versions: tuple[str, str], asked: tuple[FrontDoor | None, FrontDoor | None]
) -> tuple[FrontDoor, FrontDoor]:
    """Those asked for; in place of one that nobody asked for, the first that both releases have.

    StackError when a release does not have the one asked for.
    """
    for version, door in zip(dirac_versions, asked, strict=True):
        chosen_front_doors(version, (door,) if door else None)
    ours, theirs = (series_of(version).front_doors for version in dirac_versions)
    common = next(door for door in ours if door in theirs)
    return asked[0] or common, asked[1] or common


def front_door_of_all(dirac_versions: Sequence[str], asked: FrontDoor | None) -> FrontDoor:
    """The one asked for, or the first that all releases have.

    StackError when a release does not have the one asked for, or when they have none in common.
    """
    for version in dirac_versions:
        chosen_front_doors(version, (asked,) if asked else None)
    there = [series_of(version).front_doors for version in dirac_versions]
    common = [door for door in there[0] if all(door in doors for doors in there)]
    if not common:
        raise StackError(f"no front door is common to DIRAC {', '.join(dict.fromkeys(dirac_versions))}")
    return asked or common[0]


def why_not(build_name: str, front_door: FrontDoor) -> str | None:
    """Why a stack of this build cannot have that front door, as far as can be said before it is installed; None
    when it can, or when its release is not known yet."""
    content = parse_build(build_name).content
    if isinstance(content, Release):
        try:
            chosen_front_doors(content.version, (front_door,))
        except StackError as error:
            return str(error)
    return None


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


def numbers_of(ports: Ports) -> tuple[int, ...]:
    """All of them, each once."""
    return tuple(dict.fromkeys(number for services in ports.values() for number in services.values()))
