"""Cycles of several builds, one build after the other; kept cycle by cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from harness.builds.environment import BuildEnvironment
from harness.cycles import BuildCycles, CyclesResult
from harness.dataset.profiles import PROFILES
from harness.measure.cycle_catalogue import CYCLES
from harness.measure.cycle_run import CycleRun
from harness.measure.measurement_record import MeasurementRecord, Place
from harness.model import FrontDoor
from harness.stack.starting import start_stack
from harness.store import CYCLES as KIND


@dataclass(frozen=True)
class CycleSettings:
    """``names`` of cycles, the usual ones if empty. ``front_door``: None for that of each release."""

    names: tuple[str, ...]
    profile: str
    seed: int
    repetitions: int
    front_door: FrontDoor | None


def measure_cycles(builds: Sequence[BuildEnvironment], settings: CycleSettings, place: Place) -> CyclesResult:
    """StackError when no stack can be started; what was measured until then is kept."""
    chosen = [
        cycle for name, cycle in CYCLES.items() if (name in settings.names if settings.names else cycle.usual)
    ]
    record = MeasurementRecord(
        KIND, place, profile=settings.profile, seed=settings.seed, repetitions=settings.repetitions, builds=()
    )
    with record:
        for build in builds:
            earlier = record.result.builds

            def keep(measured: BuildCycles, earlier: tuple[BuildCycles, ...] = earlier) -> None:
                record.update(builds=(*earlier, measured))

            start = partial(
                start_stack,
                build,
                profile=PROFILES[settings.profile],
                seed=settings.seed,
                stack_root=place.stack_root,
                log_directory=None,
                front_doors=settings.front_door and [settings.front_door],
                progress=place.progress,
            )
            CycleRun(build, start, place.progress).measure(chosen, settings.repetitions, keep)
        if record.result.builds:
            record.update(environment=record.result.builds[0].environment)
    return record.result
