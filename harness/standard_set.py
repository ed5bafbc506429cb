"""The sections of a run: what `bzt taurus.yml` measures beside the load, shorter than their own commands do.

All together are to take some four minutes on two quiet cores. What is exact does not suffer from being short.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.builds.benchmarking import pytest_folder
from harness.builds.environment import BuildEnvironment
from harness.measure.cycles_of_builds import CycleSettings, measure_cycles
from harness.measure.email_cache import Blocks, measure_email_cache, settings_of
from harness.measure.growth_run import GrowthRun, GrowthSettings
from harness.measure.measurement_record import Place
from harness.measure.policy_run import PolicyRun, PolicySettings
from harness.micro.single import BuildSettings, measure_build
from harness.model import FrontDoor, SectionName, SectionOutcome
from harness.stack.front_doors import chosen_front_doors

GROWTH_PROFILES = ("S", "M", "L")
POLICY_PROFILE, POLICY_ROUNDS, INSPECTED = "M", 6, 8
POLICY_TIMED = ("none", "Active")
HANG_S = 1.0
CYCLE_PROFILE = "S"
WRITERS, BLOCK_S = (1, 15), 2.0
MICRO_PROFILE, BENCHMARK_S = "M", 0.1


@dataclass(frozen=True)
class SectionOrder:
    """One build to measure. ``front_door``: None for that of the release."""

    build: BuildEnvironment
    front_door: FrontDoor | None
    seed: int
    cache: Path
    place: Place


def measure_section(name: SectionName, order: SectionOrder, keep: Callable[[SectionOutcome], None]) -> None:
    """Whatever hinders it is its problem and no other section's; what was measured until then stands in its file.

    ``keep`` gets how it ended, KeyboardInterrupt included, which goes on.
    """
    began_s = time.monotonic()
    problem: str | None = "interrupted"
    try:
        _SECTIONS[name](order)
        problem = None
    except Exception as error:  # noqa: BLE001 - a driver may raise anything, and no section is worth the run
        problem = str(error) or type(error).__name__
    finally:
        status: Literal["complete", "incomplete"] = "complete" if problem is None else "incomplete"
        keep(SectionOutcome(name, status, problem, time.monotonic() - began_s))


def _growth(order: SectionOrder) -> None:
    GrowthRun(order.build, GrowthSettings(GROWTH_PROFILES, (), order.seed, order.front_door), order.place).run()


def _policies(order: SectionOrder) -> None:
    (door,) = chosen_front_doors(
        order.build.identity.dirac_version, (order.front_door,) if order.front_door else None
    )
    settings = PolicySettings(POLICY_PROFILE, order.seed, door, POLICY_ROUNDS, INSPECTED, HANG_S, POLICY_TIMED)
    PolicyRun([order.build], settings, order.place).measure()


def _cycles(order: SectionOrder) -> None:
    settings = CycleSettings((), CYCLE_PROFILE, order.seed, 1, order.front_door)
    measure_cycles([order.build], settings, order.place)


def _email_cache(order: SectionOrder) -> None:
    measure_email_cache(
        order.build,
        settings_of(WRITERS),
        Blocks(BLOCK_S, 1, order.seed),
        order.place,
        front_door=order.front_door,
        sqlite_folder=None,
    )


def _micro(order: SectionOrder) -> None:
    tools = pytest_folder(order.build.python, order.cache, order.place.progress)
    measure_build(order.build, tools, BuildSettings("", MICRO_PROFILE, order.seed, BENCHMARK_S), order.place)


_SECTIONS: dict[SectionName, Callable[[SectionOrder], None]] = {
    "growth": _growth,
    "policies": _policies,
    "cycles": _cycles,
    "email-cache": _email_cache,
    "micro": _micro,
}
