"""The micro-benchmarks of one build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.micro.databases import loaded_database
from harness.micro.pairs import ROUND_S
from harness.micro.process import Course, MicroProcess
from harness.micro_comparison import MicroSettings

#: The name of pytest-benchmark's JSON in the folder of a run.
BENCHMARKS_FILE = "benchmarks.json"

#: CPU time of one benchmark.
BENCHMARK_S = 0.5

_TIMEOUT_S = 1800.0


def measure_build(  # noqa: PLR0913  what is measured, where to, and how it is told
    build: BuildEnvironment,
    tools: Path,
    settings: MicroSettings,
    directory: Path,
    *,
    stack_root: Path,
    progress: Callable[[str], None],
) -> Path:
    """Run them in one process; pytest-benchmark's JSON. StackError with the end of its output when that fails."""
    with loaded_database(build, PROFILES[settings.profile], settings.seed, stack_root, progress) as database:
        progress(f"measuring {build.identity.name}")
        course = Course(settings.select, BENCHMARK_S, ROUND_S)
        return MicroProcess(database, tools, course, directory / BENCHMARKS_FILE).wait(_TIMEOUT_S)
