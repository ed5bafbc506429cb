"""The JSON of pytest-benchmark, ours or anyone's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from harness.comparison import TimedMetric
from harness.errors import RssbenchError
from harness.stats.midmean import midmean

#: Timers that count CPU time, by the last part of their name; all others count wall time.
_CPU_TIMERS = frozenset({"process_time", "thread_time"})


class _Stats(msgspec.Struct):
    median: float
    data: tuple[float, ...] = ()


class _Options(msgspec.Struct):
    timer: str


class _Extra(msgspec.Struct):
    wall_s: float | None = None


class _Benchmark(msgspec.Struct):
    fullname: str
    stats: _Stats
    options: _Options
    extra_info: _Extra


class _Own(msgspec.Struct):
    """What our micro-benchmarks add."""

    absent: dict[str, str]
    failed: dict[str, str]


class _File(msgspec.Struct):
    benchmarks: tuple[_Benchmark, ...]
    datetime: datetime
    rssbench: _Own | None = None


@dataclass(frozen=True)
class Measured:
    """One benchmark in one process, in seconds per call: the midmean over its rounds, or their median where the
    file does not keep them. ``wall_s`` is None where nobody noted it."""

    value_s: float
    wall_s: float | None


@dataclass(frozen=True)
class BenchmarkFile:
    """``absent`` and ``failed``: full name of a benchmark without figures to the reason."""

    metric: TimedMetric
    written_at: datetime
    measured: dict[str, Measured]
    absent: dict[str, str]
    failed: dict[str, str]


def read_benchmark_file(path: Path) -> BenchmarkFile:
    """RssbenchError when it is missing, no JSON of pytest-benchmark, or mixes timers of CPU and wall time."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except OSError as error:
        raise RssbenchError(f"cannot read {path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RssbenchError(f"{path} is no JSON of pytest-benchmark: {error}") from error
    own = file.rssbench or _Own({}, {})
    metrics = {_metric(one.options.timer) for one in file.benchmarks} or {"benchmark_cpu"}
    if len(metrics) > 1:
        raise RssbenchError(f"{path} has benchmarks of CPU time and of wall time, which cannot be judged together")
    (metric,) = metrics
    written_at = file.datetime if file.datetime.tzinfo else file.datetime.replace(tzinfo=UTC)
    return BenchmarkFile(
        metric, written_at, {one.fullname: _measured(one) for one in file.benchmarks}, own.absent, own.failed
    )


def _metric(timer: str) -> TimedMetric:
    return "benchmark_cpu" if timer.rpartition(".")[2] in _CPU_TIMERS else "benchmark_time"


def _measured(benchmark: _Benchmark) -> Measured:
    data = benchmark.stats.data
    return Measured(
        midmean(np.array(data)) if data else benchmark.stats.median,
        benchmark.extra_info.wall_s,
    )
