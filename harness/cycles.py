"""What measured cycles of DIRAC's agents are made of, as it stands in ``cycles.json``. Words: docs/glossary.md."""

from __future__ import annotations

import msgspec

from harness.measurement import Measurement
from harness.model import BuildIdentity, Environment

#: Version of the layout of ``cycles.json``; raised when a field changes its meaning or goes away.
CYCLES_SCHEMA_VERSION = 1


class StatementTotal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A statement with its values left out, and what all its executions in one database did together."""

    database: str
    text: str
    executions: int
    rows_examined: int
    rows_sent: int
    rows_affected: int

    @property
    def rows_written(self) -> int:
        """Of an INSERT that returns columns the server counts the rows as sent, not as affected."""
        return max(self.rows_affected, self.rows_sent) if self.text.startswith("INSERT") else self.rows_affected


class CycleMeasurement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cycle. ``cpu_s``: of the ``agent``, the ``service`` and the ``database``. ``calls``: how often the agent
    called ``<service>.<method>``. ``errors``: what DIRAC logged as errors, and how often."""

    wall_s: float
    cpu_s: dict[str, float]
    calls: dict[str, int]
    statements: tuple[StatementTotal, ...]
    connections: int
    errors: dict[str, int]

    @property
    def calls_made(self) -> int:
        return sum(self.calls.values())

    @property
    def statements_executed(self) -> int:
        return sum(one.executions for one in self.statements)

    @property
    def rows_examined(self) -> int:
        return sum(one.rows_examined for one in self.statements)

    @property
    def rows_written(self) -> int:
        return sum(one.rows_written for one in self.statements)

    @property
    def commits(self) -> int:
        return sum(one.executions for one in self.statements if one.text == "COMMIT")


class CycleResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All repetitions of a cycle on one build. ``problem``: why there is none, or no more of them."""

    cycle: str
    measurements: tuple[CycleMeasurement, ...]
    problem: str | None = None


class BuildCycles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cycles of one build, measured one after the other on its own stack."""

    build: BuildIdentity
    front_door: str
    environment: Environment
    cycles: tuple[CycleResult, ...]


class CyclesResult(Measurement, frozen=True, forbid_unknown_fields=True):
    """Everything ``cycles.json`` holds. ``builds`` in the order asked for; ratios are over the first."""

    profile: str
    seed: int
    repetitions: int
    builds: tuple[BuildCycles, ...]
