"""What containers cost against processes: the same build in both, request by request in turns, in one run.

Each pair is a fresh stack of processes and a fresh one of containers with the same rows, pinned alike, with their
requests interleaved: the lane paired of a comparison whose sides differ in nothing but the runtime. Before, how
long a stack takes until it is ready; then how large the images are. Needs a container engine; prints Markdown.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.builds.environment import BuildEnvironment, prepare_build
from harness.cli_conventions import DEFAULT_BUILD
from harness.comparison import ComparisonSettings, Judgement
from harness.dataset.profiles import PROFILES
from harness.measure.comparison_record import ComparisonRecord
from harness.measure.comparison_run import ComparisonRun
from harness.settings import cache_folder, stack_folder
from harness.stack.choosing import RuntimeChoice
from harness.stack.engine import find_engine
from harness.stack.starting import start_stack
from scenarios.operations import STANDARD

METRICS = ("service_cpu", "database_cpu", "service_time")
RUNTIMES: tuple[RuntimeChoice, RuntimeChoice] = ("processes", "containers")


def log(line: str) -> None:
    print(line, file=sys.stderr)


def compared(build: BuildEnvironment, profile: str, budget_s: float, folder: Path) -> tuple[Judgement, ...]:
    """Containers over processes; a verdict ends it early, so it has a budget and no more."""
    names = tuple(operation.name for operation in STANDARD)
    settings = ComparisonSettings(("paired",), names, profile, 1, budget_s, runtimes=("processes", "containers"))
    record = ComparisonRecord.new(
        folder, command=" ".join(sys.argv), settings=settings, builds=(build.identity, build.identity)
    )
    return ComparisonRun((build, build), record, stack_root=stack_folder(), progress=log).run().judgements


def ready_s(build: BuildEnvironment, profile: str, runtime: RuntimeChoice) -> float:
    with start_stack(
        build,
        profile=PROFILES[profile],
        seed=1,
        stack_root=stack_folder(),
        log_directory=None,
        runtime=runtime,
    ) as stack:
        return stack.ready_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=DEFAULT_BUILD)
    parser.add_argument("--profile", choices=list(PROFILES), default="M")
    parser.add_argument("--budget", type=float, default=300.0, help="seconds of measuring")
    parser.add_argument("--starts", type=int, default=5)
    options = parser.parse_args()
    engine = find_engine()
    build = prepare_build(options.build, cache_folder(), log)
    starts = {one: [ready_s(build, options.profile, one) for _ in range(options.starts)] for one in RUNTIMES}
    with tempfile.TemporaryDirectory() as folder:
        judgements = compared(build, options.profile, options.budget, Path(folder))
    print(f"{engine}, build {options.build}, profile {options.profile}\n")
    print("| per request | processes | containers | containers over processes |\n|---|---|---|---|")
    for one in judgements:
        if one.operation is None and one.metric in METRICS and one.interval_ratio and one.effect_ratio:
            low, high = (f"{(bound - 1) * 100:+.1f}" for bound in one.interval_ratio)
            values = (one.baseline_value, one.contender_value)
            sides = " | ".join(f"{(value or 0.0) * 1e3:.3f} ms" for value in values)
            effect = f"{(one.effect_ratio - 1) * 100:+.1f} % ({low} to {high}), {one.pairs} pairs"
            print(f"| {one.metric} | {sides} | {effect} |")
    print("\n| | processes | containers |\n|---|---|---|")
    times = " | ".join(
        f"{statistics.median(found):.1f} s ({min(found):.1f} to {max(found):.1f})" for found in starts.values()
    )
    print(f"| ready, median of {options.starts} starts | {times} |\n")
    sizes = engine.call("image", "ls", "--format", "{{.Repository}}:{{.Tag}} {{.Size}}")
    print("\n".join(line for line in sorted(sizes.splitlines()) if line.startswith("rssbench-")))


if __name__ == "__main__":
    main()
