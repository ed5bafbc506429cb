"""Made-up pairs of two operations, and a comparison they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from harness.comparison import ComparisonSettings
from harness.measure.comparison_record import ComparisonRecord
from harness.measure.pair import PAIR_TYPE, PairMeasurement, PairRows
from harness.measure.pair_store import PairLine, PairStore, SideCost
from harness.model import BuildIdentity
from scenarios.samples import Outcome
from tests.reports.synthetic_comparison import build

READ, WRITE = "ResourceStatus.select by name", "ResourceStatus.insert history"
OPERATIONS = (READ, WRITE)
REPETITIONS = 8


def pair_rows(
    ratio: float, draws: np.random.Generator, *, noise: float = 0.01, request_noise: float = 0.1
) -> PairRows:
    """Requests whose second side needs ``ratio`` times as much, give or take ``noise`` for the whole pair and
    ``request_noise`` for each."""
    rows = np.zeros((REPETITIONS * 2, 2), dtype=PAIR_TYPE)
    factor = ratio * np.exp(draws.normal(0, noise))
    for number in range(len(rows)):
        for side in (0, 1):
            cpu_ns = 4e6 * np.exp(draws.normal(0, request_noise)) * (factor if side else 1.0)
            rows[number, side] = (number, number % 2, side, Outcome.ok, cpu_ns, cpu_ns / 8, cpu_ns * 1.25)
    return rows.reshape(-1)


def line(number: int, *, is_control: bool = False, **wrong: dict[str, str]) -> PairLine:
    """``wrong``: side ("baseline", "contender") to operation to problem."""
    sides = {"baseline": "0", "contender": "1"}
    return PairLine(
        number=number,
        is_control=is_control,
        repetitions=(REPETITIONS, REPETITIONS),
        wrong={sides[side]: problems for side, problems in wrong.items()},
        elapsed_s=5.0,
    )


def store_pairs(
    directory: Path, count: int, ratio: float = 1.0, *, start: float | None = None, memory: float | None = None
) -> None:
    """``count`` pairs on disk, every fifth of them a control that is the same on both sides. ``start`` and
    ``memory``: what the contender needs of that, as a ratio; without them pairs have neither."""
    draws = np.random.default_rng(11)
    store = PairStore(directory)
    for number in range(1, count + 1):
        control = number % 5 == 0
        rows = pair_rows(1.0 if control else ratio, draws)
        one = line(number, is_control=control)
        if start or memory:
            noise = np.exp(draws.normal(0, 0.01, 4)).tolist()
            factors = (1.0, 1.0) if control else (start or 1.0, memory or 1.0)
            baseline = SideCost(0.8 * noise[0], int(90e6 * noise[1]))
            contender = SideCost(0.8 * noise[2] * factors[0], int(90e6 * noise[3] * factors[1]))
            one = msgspec.structs.replace(one, costs=(baseline, contender))
        store.add(one, PairMeasurement(rows, {}))


def comparison_settings(**changes: Any) -> ComparisonSettings:
    values: dict[str, Any] = {
        "lanes": ("paired",),
        "operations": OPERATIONS,
        "profile": "S",
        "seed": 1,
        "budget_s": 60.0,
    }
    return ComparisonSettings(**values | changes)


def builds() -> tuple[BuildIdentity, BuildIdentity]:
    return build("9.1.21"), build("9.1.22")


def new_record(directory: Path, **settings: Any) -> ComparisonRecord:
    return ComparisonRecord.new(
        directory,
        command="rssbench compare 9.1.21 9.1.22",
        settings=comparison_settings(**settings),
        builds=builds(),
    )
