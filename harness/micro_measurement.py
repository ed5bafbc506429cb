"""What the micro-benchmarks of one build said, as it stands in ``micro-build.json``. Words: docs/glossary.md."""

from __future__ import annotations

import msgspec

from harness.measurement import Measurement
from harness.model import BuildIdentity, DataSet

#: Version of the layout of ``micro-build.json``; raised when a field changes its meaning or goes away.
MICRO_MEASUREMENT_SCHEMA_VERSION = 1


class BenchmarkTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One benchmark, in seconds per call. ``wall_s`` is None where nobody noted it."""

    benchmark: str
    cpu_s: float
    wall_s: float | None


class MicroMeasurement(Measurement, frozen=True, forbid_unknown_fields=True):
    """Everything ``micro-build.json`` holds. ``absent`` and ``failed``: full name of a benchmark without figures
    to the reason. Every round of every benchmark is in pytest-benchmark's own ``benchmarks.json`` beside it."""

    build: BuildIdentity
    data_set: DataSet | None
    select: str
    benchmark_s: float
    benchmarks: tuple[BenchmarkTime, ...]
    absent: dict[str, str]
    failed: dict[str, str]
