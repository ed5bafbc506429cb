"""What the pairs of files say to each question, pair by pair."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from harness.compare.verdict import Series, judge
from harness.comparison import AbsentOperation, Judgement, Question, TimedMetric
from harness.errors import RssbenchError
from harness.measure.observations import wrong_answer
from harness.micro.benchmark_file import BenchmarkFile, Measured
from harness.micro_comparison import WallTime
from harness.stats.midmean import midmean
from harness.stats.paired import hodges_lehmann, signed_rank_interval

_Sides = tuple[float, float]


class MicroObservations:
    """The first pair says which benchmarks are asked about: those that both sides measured. Of one alone, the
    question about all together is that about it."""

    def __init__(self) -> None:
        self._metric: TimedMetric = "benchmark_cpu"
        self._values: dict[str, list[_Sides]] = {}
        self._together: list[_Sides] = []
        self._walls: dict[str, list[_Sides]] = {}
        self._absent: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self._failed: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self.pairs = 0

    @property
    def benchmarks(self) -> int:
        """How many are asked about."""
        return len(self._values)

    def add(self, baseline: BenchmarkFile, contender: BenchmarkFile) -> None:
        """The next pair. A benchmark without a value in it gets NaN on both sides. RssbenchError when the files
        have not measured the same thing."""
        if len({baseline.metric, contender.metric, *([self._metric] if self.pairs else [])}) > 1:
            raise RssbenchError("some of the files have CPU time and some wall time; they cannot be compared")
        if not self.pairs:
            self._metric = baseline.metric
            names = [name for name in baseline.measured if name in contender.measured]
            self._values = {name: [] for name in sorted(names)}
            if not names and not contender.failed:
                lacking = {**baseline.failed, **baseline.absent, **contender.absent}
                reasons = "; ".join(f"{name}: {reason}" for name, reason in sorted(lacking.items()))
                raise RssbenchError(f"the two sides have no benchmark in common. {reasons}".strip())
        self.pairs += 1
        for side, file in enumerate((baseline, contender)):
            self._note(side, file, (contender, baseline)[side])
        sides: dict[str, _Sides] = {}
        for name, values in self._values.items():
            both = [file.measured.get(name) for file in (baseline, contender)]
            if (found := _values(both)) is not None:
                sides[name] = found
            values.append(sides.get(name, (math.nan, math.nan)))
            if (wall := _walls(both)) is not None:
                self._walls.setdefault(name, []).append(wall)
        self._together.append(_together(sides.values()))

    def series(self) -> dict[Question, Series]:
        """Every question with a value per pair and side; always all of them, for they share one error."""
        values = {None: self._together} | (self._values if len(self._values) > 1 else {})
        return {
            Question("micro", self._metric, name): Series(*(tuple(one[side] for one in pairs) for side in (0, 1)))
            for name, pairs in values.items()
        }

    def judgements(self) -> tuple[Judgement, ...]:
        """Of each question, and of each benchmark that fails on the contender alone."""
        if not self.pairs:
            return ()
        wrong = {name: why for name, why in self._failed[1].items() if name not in self._failed[0]}
        return (
            *(one for one in judge(self.series()) if one.operation not in wrong),
            *(wrong_answer("micro", self._metric, name, self.pairs, why) for name, why in wrong.items()),
        )

    def wall_times(self) -> tuple[WallTime, ...]:
        return tuple(_wall_time(name, pairs) for name, pairs in sorted(self._walls.items()))

    def absent(self, names: tuple[str, str]) -> tuple[AbsentOperation, ...]:
        """What a side does not have, and what already fails on the baseline; ``names`` are those of the sides."""
        missing = [
            AbsentOperation(benchmark, names[side], reason)
            for side in (0, 1)
            for benchmark, reason in self._absent[side].items()
        ]
        broken = [AbsentOperation(benchmark, names[0], reason) for benchmark, reason in self._failed[0].items()]
        return tuple(sorted({*missing, *broken}, key=lambda one: (one.operation, one.build)))

    def summary(self) -> str:
        """The latest ratio of all benchmarks together, for progress."""
        baseline, contender = self._together[-1]
        return "no figure" if math.isnan(baseline) else f"CPU of all together {contender / baseline - 1:+.2%}"

    def _note(self, side: int, file: BenchmarkFile, other: BenchmarkFile) -> None:
        for name, reason in file.absent.items():
            self._absent[side].setdefault(name, reason)
        for name, reason in file.failed.items():
            self._failed[side].setdefault(name, reason)
        for name in other.measured:
            if name not in file.measured and name not in file.absent and name not in file.failed:
                self._absent[side].setdefault(name, "not among its benchmarks")


def _values(sides: list[Measured | None]) -> _Sides | None:
    baseline, contender = sides
    return None if baseline is None or contender is None else (baseline.value_s, contender.value_s)


def _walls(sides: list[Measured | None]) -> _Sides | None:
    baseline, contender = sides
    if baseline is None or contender is None or not baseline.wall_s or not contender.wall_s:
        return None
    return baseline.wall_s, contender.wall_s


def _together(sides: Iterable[_Sides]) -> _Sides:
    """The typical ratio of all benchmarks, at the typical time of the baseline."""
    pairs = np.array([one for one in sides if min(one) > 0.0])
    if not pairs.size:
        return math.nan, math.nan
    baseline_s = midmean(pairs[:, 0])
    return baseline_s, baseline_s * math.exp(midmean(np.log(pairs[:, 1] / pairs[:, 0])))


def _wall_time(name: str, pairs: list[_Sides]) -> WallTime:
    log_ratios = [math.log(contender / baseline) for baseline, contender in pairs]
    interval = signed_rank_interval(log_ratios)
    return WallTime(
        benchmark=name,
        baseline_s=hodges_lehmann([baseline for baseline, _ in pairs]),
        contender_s=hodges_lehmann([contender for _, contender in pairs]),
        effect_ratio=math.exp(hodges_lehmann(log_ratios)),
        interval_ratio=interval and (math.exp(interval[0]), math.exp(interval[1])),
    )
