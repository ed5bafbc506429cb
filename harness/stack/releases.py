"""What differs between the releases of DIRAC that the suite can start. No other module asks for a version.

What differs in the same way inside one release, because it hangs on an installed package, is felt for by the
launchers in ``dirac_side``. Tables and columns are taken from the database, after DIRAC has made them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.errors import StackError
from harness.model import FrontDoor
from scenarios.encoding import Encoding


@dataclass(frozen=True)
class Series:
    """All releases with the same first two numbers, up to the next series of this module."""

    first: tuple[int, int]
    #: what the RSS can be reached by; the first is used when nobody chooses
    front_doors: tuple[FrontDoor, ...]
    #: whether the configuration has setups, and an instance of each system between it and its sections
    has_setups: bool
    #: what its own client and services write over DISET; they read both
    encoding: Encoding


_SERIES = (
    Series((7, 2), front_doors=("dips",), has_setups=True, encoding="dencode"),
    Series((8, 0), front_doors=("https", "dips"), has_setups=True, encoding="dencode"),
    Series((9, 0), front_doors=("https", "dips"), has_setups=False, encoding="json"),
)


def series_of(dirac_version: str) -> Series:
    """Where a version belongs; that of a commit (``9.1.0a3.dev7+g1234``) counts like a release's.

    StackError when it is older than any that the suite can start.
    """
    numbers = re.match(r"(\d+)\.(\d+)", dirac_version)
    version = (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
    for series in reversed(_SERIES):
        if version >= series.first:
            return series
    oldest = ".".join(map(str, _SERIES[0].first))
    raise StackError(f"DIRAC {dirac_version} is too old: stacks are made of {oldest} or newer")


def no_front_door(dirac_version: str, front_door: FrontDoor) -> str:
    """The message for who asks a release for a front door that it does not have."""
    there = ", ".join(series_of(dirac_version).front_doors)
    return f"DIRAC {dirac_version} has no front door {front_door} to the RSS, only {there}"
