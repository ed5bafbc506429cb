"""A mutant: a small change of DIRAC's RSS as somebody might commit it, and what a comparison should say of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from harness.errors import BuildError
from harness.model import FrontDoor
from harness.mutant_scores import Detector, Evidence, Half, MutantKind
from harness.mutants.changes import Change, changed
from harness.mutants.python_source import NoPlaceError

#: Where in DIRAC the change is.
Place = Literal[
    "SQLAlchemy base",
    "database class",
    "handler",
    "server",
    "transport",
    "client",
    "cache",
    "serialisation",
    "policy chain",
    "action",
    "import",
]


@dataclass(frozen=True)
class Mutant:
    """``story``: what real commits do like that. ``file``: below ``src``.

    ``detector``: what a user would run to see it, the cheapest that can. ``names``: patterns (fnmatch) of
    operations, benchmarks or evaluations; of each pattern one at least must be named, and none outside of
    ``names`` and ``within``. ``*`` alone means all: then all together must be named, or several. ``select``:
    pytest's -k for the micro-benchmarks.
    """

    name: str
    kind: MutantKind
    place: Place
    story: str
    file: str
    changes: tuple[Change, ...]
    detector: Detector
    names: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    evidence: Evidence | None = None
    select: str = ""
    front_door: FrontDoor = "https"
    #: of DIRAC, beside the newest, whose sources it can be made in
    also_for: tuple[str, ...] = ()

    @property
    def half(self) -> Half:
        """Drawn by the name, so that nobody chooses: detectors are tuned on the one and scored on the other."""
        return "tune" if hashlib.sha256(self.name.encode()).digest()[0] % 2 else "score"

    def of(self, text: str) -> str:
        """The file with the mutant in it, given the file. BuildError names mutant and file."""
        try:
            mutated = changed(text, self.changes)
        except (NoPlaceError, SyntaxError) as error:
            raise BuildError(f"mutant {self.name} cannot be made in {self.file}: {error}") from error
        if mutated == text:
            raise BuildError(f"mutant {self.name} leaves {self.file} as it is")
        return mutated

    def names_rightly(self, named: Sequence[str], together: str) -> bool:
        """Whether these are the operations that it concerns; ``together`` stands for all of them."""
        if "*" in self.names:
            return together in named or len(named) > 1
        single = [one for one in named if one != together]
        return all(_matches(one, (*self.names, *self.within)) for one in single) and all(
            any(fnmatchcase(one, pattern) for one in single) for pattern in self.names
        )


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
