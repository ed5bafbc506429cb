"""Pairs that were recorded once and are drawn from again and again: on disk, and as arrays.

Every slow-down has a folder with the files of harness/measure/pair_store.py; pairs are numbered across all of
them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harness.compare.verdict import Series
from harness.comparison import Question, TimedMetric
from harness.measure.observations import Observations
from harness.measure.pair import PairMeasurement, PairRows
from harness.measure.pair_store import PairLine, PairStore
from harness.selftest.slowdown import SLOWDOWNS, Slowdown
from harness.store import writing

Floats = npt.NDArray[np.float64]


class RecordedPair(NamedTuple):
    """One pair as it was measured."""

    line: PairLine
    rows: PairRows


@dataclass(frozen=True)
class Arm:
    """All pairs of one slow-down, in the order in which they were measured.

    ``values``: pair, question, side; in seconds, NaN where a pair has none.
    """

    slowdown: Slowdown
    pairs: tuple[RecordedPair, ...]
    questions: tuple[Question, ...]
    values: Floats

    @classmethod
    def of(cls, slowdown: Slowdown, pairs: Sequence[RecordedPair], operations: Sequence[str]) -> Arm:
        observed = Observations(operations)
        for pair in pairs:
            observed.add(pair.line, pair.rows)
        series = observed.series()
        values = np.array([(one.baseline, one.contender) for one in series.values()], dtype=np.float64)
        return cls(slowdown, tuple(pairs), tuple(series), values.transpose(2, 0, 1) if pairs else values)

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def pair_s(self) -> float:
        """The median time of a pair, with start and end of its processes; NaN without any."""
        return float(np.median([pair.line.elapsed_s for pair in self.pairs])) if self.pairs else math.nan

    def log_ratios(self, metric: TimedMetric, operation: str | None = None) -> list[float]:
        """Pair by pair, of all operations together without one."""
        sides = self.values[:, self.questions.index(Question("paired", metric, operation))]
        return [math.log(contender / baseline) for baseline, contender in sides]

    def series(self, pairs: Sequence[int]) -> dict[Question, Series]:
        """What a comparison that had measured these pairs, in this order, would judge."""
        chosen = self.values[list(pairs)]
        return {
            question: Series(tuple(chosen[:, place, 0].tolist()), tuple(chosen[:, place, 1].tolist()))
            for place, question in enumerate(self.questions)
        }


class PoolStore:
    """The pairs on disk. ``directory`` is that of the pool, ``operations`` the names that pairs were recorded
    with."""

    def __init__(self, directory: Path, operations: Sequence[str]) -> None:
        self._directory = directory
        self._operations = operations

    def add(self, slowdown: Slowdown, line: PairLine, measured: PairMeasurement) -> None:
        """RssbenchError when the disk is full; what was there before stays."""
        folder = self._directory / slowdown.name
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        PairStore(folder).add(line, measured)

    def read(self) -> dict[str, Arm]:
        """By the name of the slow-down, those with pairs. RssbenchError when a file holds something else."""
        stored = {
            slowdown: [RecordedPair(*pair) for pair in PairStore(self._directory / slowdown.name).read()]
            for slowdown in SLOWDOWNS
        }
        return {one.name: Arm.of(one, pairs, self._operations) for one, pairs in stored.items() if pairs}
