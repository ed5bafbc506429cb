"""The micro-benchmarks of one build."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.measure.measurement_record import MeasurementRecord, Place
from harness.micro.benchmark_file import BenchmarkFile, read_benchmark_file
from harness.micro.databases import loaded_database
from harness.micro.pairs import ROUND_S
from harness.micro.process import Course, MicroProcess
from harness.micro_measurement import BenchmarkTime, MicroMeasurement
from harness.store import MICRO

#: The name of pytest-benchmark's JSON in the folder of a run.
BENCHMARKS_FILE = "benchmarks.json"

#: CPU time of one benchmark.
BENCHMARK_S = 0.5

_TIMEOUT_S = 1800.0


@dataclass(frozen=True)
class BuildSettings:
    """``select``: pytest's -k, empty for all. ``benchmark_s``: CPU time of one benchmark at least."""

    select: str
    profile: str
    seed: int
    benchmark_s: float = BENCHMARK_S


def measure_build(build: BuildEnvironment, tools: Path, settings: BuildSettings, place: Place) -> MicroMeasurement:
    """Run them in one process. ``tools``: the folder of pytest.

    StackError with the end of its output when that fails; nothing was measured then.
    """
    record = MeasurementRecord(
        MICRO,
        place,
        build=build.identity,
        data_set=None,
        select=settings.select,
        benchmark_s=settings.benchmark_s,
        benchmarks=(),
        absent={},
        failed={},
    )
    profile = PROFILES[settings.profile]
    with record, loaded_database(build, profile, settings.seed, place.stack_root, place.progress) as database:
        record.update(data_set=database.stack.data_set)
        record.keep_database_version(database.stack.database_version)
        place.progress(f"measuring {build.identity.name}")
        course = Course(settings.select, settings.benchmark_s, ROUND_S)
        process = MicroProcess(database, tools, course, place.directory / BENCHMARKS_FILE)
        file = read_benchmark_file(process.wait(_TIMEOUT_S))
        record.update(benchmarks=_times(file), absent=file.absent, failed=file.failed)
    return record.result


def _times(file: BenchmarkFile) -> tuple[BenchmarkTime, ...]:
    return tuple(BenchmarkTime(name, one.value_s, one.wall_s) for name, one in sorted(file.measured.items()))
