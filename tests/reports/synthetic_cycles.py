"""Made-up cycles of agents, of known numbers."""

from __future__ import annotations

from harness.cycles import BuildCycles, CycleMeasurement, CycleResult, CyclesResult, StatementTotal
from harness.store import CYCLES
from tests.reports.synthetic_measurement import ENVIRONMENT, beginning, identity


def measured(wall_s: float, *, errors: dict[str, int] | None = None) -> CycleMeasurement:
    return CycleMeasurement(
        wall_s=wall_s,
        cpu_s={"agent": wall_s / 2, "service": wall_s / 4, "database": wall_s / 8},
        calls={"ResourceStatus.select": 2, "ResourceStatus.addOrModify": 20},
        statements=(
            StatementTotal("ResourceStatusDB", "SELECT * FROM `SiteStatus`", 4, 1_000, 1_000, 0),
            StatementTotal("ResourceStatusDB", "INSERT INTO `SiteLog` VALUES (...) RETURNING `ID`", 20, 0, 20, 0),
            StatementTotal("ResourceStatusDB", "COMMIT", 20, 0, 0, 0),
        ),
        connections=1,
        errors=errors or {},
    )


def build_cycles(name: str, *, problem: str | None = None, **cycles: CycleMeasurement | None) -> BuildCycles:
    """A cycle per name, measured once; the last one has the problem."""
    results = [CycleResult(cycle, () if one is None else (one,)) for cycle, one in cycles.items()]
    results[-1] = CycleResult(results[-1].cycle, results[-1].measurements, problem)
    return BuildCycles(
        build=identity(name),
        front_door="https",
        environment=ENVIRONMENT,
        cycles=tuple(results),
    )


def cycles_result(*builds: BuildCycles, repetitions: int = 1) -> CyclesResult:
    return CyclesResult(**beginning(CYCLES), profile="M", seed=1, repetitions=repetitions, builds=builds)
