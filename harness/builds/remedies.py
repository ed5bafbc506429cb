"""What the resolver must be told for releases of DIRAC that ask for too little or too much: all of it is here.

A remedy goes by what DIRAC declares, not by its version, so a commit gets the same as the release it becomes.
What differs at run time stands in harness/stack.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.version import Version

#: DIRAC asks for gfal2-python, which the package index has as source for conda only; the RSS never imports it.
OVERRIDES = ('gfal2-python ; sys_platform == "never"',)


@dataclass(frozen=True)
class Remedy:
    """``constraints`` hold for a DIRAC that declares ``package`` with a minimum below ``below`` or with none."""

    package: str
    below: str | None
    constraints: tuple[str, ...]
    reason: str


REMEDIES = (
    Remedy("m2crypto", "0.50", ("m2crypto<0.40",), "written for M2Crypto 0.3x; newer ones crash or hang in TLS"),
    Remedy(
        "setuptools", None, ("setuptools<81",), "may import pkg_resources, which setuptools 81 announces to remove"
    ),
    Remedy(
        "importlib-resources",
        None,
        ("importlib-resources!=6.0.*,!=6.1.*,!=6.2.*,!=6.3.*",),
        "these lack the functions open_text and contents",
    ),
    Remedy(
        "diracx-client",
        "0.0.1",
        ("diracx-client<0.0.9", "diracx-core<0.0.9"),
        "its DIRACCommon holds diracx-core at 0.0.8, and a newer diracx-client does not work with that",
    ),
)


def constraints_for(declared: Iterable[str]) -> list[str]:
    """Constraints for a DIRAC that declares these requirements (the Requires-Dist of its metadata)."""
    minima: dict[str, list[Version]] = {}
    for line in declared:
        requirement = Requirement(line)
        found = minima.setdefault(requirement.name.lower().replace("_", "-"), [])
        found.extend(Version(one.version) for one in requirement.specifier if one.operator in (">=", ">", "=="))
    return [
        constraint
        for remedy in REMEDIES
        if remedy.package in minima and _is_below(minima[remedy.package], remedy.below)
        for constraint in remedy.constraints
    ]


def _is_below(minima: list[Version], limit: str | None) -> bool:
    return limit is None or all(minimum < Version(limit) for minimum in minima)
