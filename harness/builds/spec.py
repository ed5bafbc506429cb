"""What a user may call a build."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.model import SettingsError

_RELEASE = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+((a|b|rc)[0-9]+)?")


@dataclass(frozen=True)
class BuildSpec:
    """A release of DIRAC on the package index."""

    release: str

    @property
    def requirement(self) -> str:
        """What is installed: DIRAC with everything its services need."""
        return f"DIRAC[server]=={self.release}"


def parse_build(name: str) -> BuildSpec:
    """The build that ``name`` means; SettingsError when it means none."""
    if _RELEASE.fullmatch(name):
        return BuildSpec(name)
    if "/" in name or "@" in name or name.startswith("."):
        raise SettingsError([f"build {name!r}: only releases can be measured so far, for example 9.1.22"])
    raise SettingsError([f"build {name!r}: not a release of DIRAC; give its number, for example 9.1.22"])
