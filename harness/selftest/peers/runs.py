"""What a tool that knows no pairs would have measured: runs of one build and of the other, taken from the pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.comparison import TimedMetric
from harness.selftest.pool import Arm
from harness.selftest_result import Order

Floats = npt.NDArray[np.float64]
Generator = np.random.Generator

#: Metric to the column of PAIR_TYPE that holds it.
_COLUMNS = {"service_cpu": "service_cpu_ns", "service_time": "service_time_ns"}

#: A sequential trial takes its runs of one build from so many times as many pairs that follow one another.
_SPREAD = 1.25


@dataclass(frozen=True)
class Recorded:
    """One metric of all pairs of one slow-down, in the order measured: per pair the requests of each side in
    seconds, and the log-ratio that this suite makes of it."""

    baseline: tuple[Floats, ...]
    contender: tuple[Floats, ...]
    log_ratios: tuple[float, ...]

    @classmethod
    def of(cls, arm: Arm, metric: TimedMetric) -> Recorded:
        sides = [
            tuple(pair.rows[_COLUMNS[metric]][pair.rows["side"] == side] / 1e9 for pair in arm.pairs)
            for side in (0, 1)
        ]
        return cls(sides[0], sides[1], tuple(arm.log_ratios(metric)))

    def __len__(self) -> int:
        return len(self.log_ratios)

    def part(self, begin: int, end: int) -> Recorded:
        return Recorded(self.baseline[begin:end], self.contender[begin:end], self.log_ratios[begin:end])


@dataclass(frozen=True)
class PeerTrial:
    """Runs of both builds, one array of requests each. ``log_ratios``: of the pairs, where they are pairs."""

    baseline: tuple[Floats, ...]
    contender: tuple[Floats, ...]
    log_ratios: tuple[float, ...] | None

    def means(self) -> tuple[Floats, Floats]:
        """What one run of either build took on average."""
        return np.array([run.mean() for run in self.baseline]), np.array([run.mean() for run in self.contender])


def fewest_pairs(order: Order, runs: int) -> int:
    """How many pairs a trial is drawn from."""
    return runs if order == "interleaved" else 2 * _block(runs)


def draw_trial(recorded: Recorded, order: Order, runs: int, draws: Generator) -> PeerTrial:
    """``interleaved``: both sides of pairs drawn from all. ``sequential``: one build from a stretch of pairs,
    the other one from the next stretch; which is first is drawn."""
    if order == "interleaved":
        chosen = np.sort(draws.choice(len(recorded), runs, replace=False)).tolist()
        return PeerTrial(
            _at(recorded.baseline, chosen),
            _at(recorded.contender, chosen),
            tuple(recorded.log_ratios[place] for place in chosen),
        )
    block = _block(runs)
    begin = int(draws.integers(0, len(recorded) - 2 * block + 1))
    stretches = [
        (begin + part * block + np.sort(draws.choice(block, runs, replace=False))).tolist() for part in (0, 1)
    ]
    if draws.random() < 0.5:
        stretches.reverse()
    return PeerTrial(_at(recorded.baseline, stretches[0]), _at(recorded.contender, stretches[1]), None)


def _block(runs: int) -> int:
    return int(_SPREAD * runs)


def _at(runs: Sequence[Floats], places: Sequence[int]) -> tuple[Floats, ...]:
    return tuple(runs[place] for place in places)
