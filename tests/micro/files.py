"""Made-up content of pytest-benchmark's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from harness.comparison import TimedMetric
from harness.micro.benchmark_file import BenchmarkFile, Measured

START = datetime(2026, 1, 1, tzinfo=UTC)


def file(
    values_s: Mapping[str, float],
    *,
    minute: float = 0.0,
    metric: TimedMetric = "benchmark_cpu",
    absent: Mapping[str, str] | None = None,
    failed: Mapping[str, str] | None = None,
) -> BenchmarkFile:
    """Each wall time is twice the value."""
    return BenchmarkFile(
        metric=metric,
        written_at=START + timedelta(minutes=minute),
        measured={name: Measured(value_s, 2 * value_s) for name, value_s in values_s.items()},
        absent=dict(absent or {}),
        failed=dict(failed or {}),
    )
