"""What an operation is: one call of a service with one argument shape, and what a right answer looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from scenarios.catalogue import Catalogue


@dataclass(frozen=True)
class Request:
    """Which request this is. ``position`` counts arrivals of this operation over all workers (round-robin
    targets), ``token`` is carried by a write and by nothing else."""

    position: int
    token: str


@dataclass(frozen=True)
class Gone:
    """Rows of which a delete leaves none: ``column`` is below ``below`` (instants: ``YYYY-MM-DD HH:MM:SS``) and
    ``VO`` is ``vo``."""

    database: str
    table: str
    column: str
    below: int | str
    vo: str


@dataclass(frozen=True)
class Left:
    """A row that a write adds each time, where its caller cannot choose a text of its own: the audit counts the
    rows whose columns have these values. The data set holds none."""

    database: str
    table: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Call:
    """The positional arguments of the RPC and the check of its value.

    ``check`` gets the decoded ``Value`` and returns what is wrong with it, or None.
    ``target`` names the row that a write goes to (any hashable text), so that the audit knows overwriting.
    ``gone`` says what a delete, which can carry no token, must have removed; ``left`` what a write without a token
    must have added.
    """

    arguments: list[Any]
    check: Callable[[Any], str | None]
    target: str = ""
    gone: Gone | None = None
    left: Left | None = None


@dataclass(frozen=True)
class TokenColumn:
    """Where the token of an acknowledged write must be found afterwards.

    ``length``: the column holds that many of the token's last characters, which are still unique in a run.
    ``selected_by``: what DIRAC's ``select`` calls the column, where that is another name.
    """

    database: str
    table: str
    column: str
    length: int = 64
    selected_by: str = ""

    def value(self, token: str) -> str:
        """What stands in the column after the write that carried ``token``."""
        return token[-self.length :]

    def select(self, token: str) -> tuple[str, list[Any]]:
        """Service and arguments of the call of DIRAC's ``select`` that finds the row."""
        name = self.selected_by or self.column
        filters = {name: self.value(token), "Meta": {"columns": [name]}}
        return self.database.removesuffix("DB"), [self.table, filters]


#: ``standard``: in every comparison. ``on request``: when it is named, alone or in the weights of a scenario.
#: ``counted``: by the exact lane only, for it cannot be sent again and again beside others: what it needs is there
#: once, it takes away rows that others look for, or the audit has nothing to find it by.
Timed = Literal["standard", "on request", "counted"]


@dataclass(frozen=True)
class Operation:
    """``name`` is ``<Service>.<what>`` and is what every report shows."""

    name: str
    service: Literal["ResourceStatus", "ResourceManagement", "Publisher"]
    method: str
    kind: Literal["read", "write"]
    call: Callable[[Catalogue, Request], Call]
    token_column: TokenColumn | None = None
    timed: Timed = "standard"
