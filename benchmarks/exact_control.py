"""The exact lane of a build against itself: how long it takes, what varies, and whether anything is found.

Each round counts all operations in two fresh processes of either side, as a comparison does.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.builds.environment import BuildEnvironment, prepare_build
from harness.compare.exact_lane import absent_operations, compare_exact
from harness.dataset.profiles import PROFILES
from harness.measure.exact import count_operations
from harness.measure.exact_counts import merge_counts
from harness.settings import cache_folder
from harness.stack.fresh import Origin, Placement, fresh_stacks
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack
from scenarios.catalogue import read_catalogue
from scenarios.operations import OPERATIONS


def control(loaded: Stack, build: BuildEnvironment, logs: Path) -> list[str]:
    """One comparison of the build with itself: what it took, and whatever it found."""
    started_s = time.monotonic()
    catalogue = read_catalogue(loaded.catalogue_file)
    origins = [Origin(side, loaded, build) for side in ("baseline", "contender") * 2]
    placements = [Placement(random.randrange(2**32)) for _ in origins]
    with fresh_stacks(origins, placements, logs) as stacks:
        ready_s = time.monotonic() - started_s
        counts = [count_operations(stack, catalogue, OPERATIONS) for stack in stacks]
    baseline, contender = (list(map(merge_counts, *counts[side::2])) for side in (0, 1))
    took_s = time.monotonic() - started_s
    comparisons = compare_exact(baseline, contender)
    found = [one for one in comparisons if one.verdict != "same" or one.counters or one.statements]
    varying = [one for one in comparisons if one.excluded]
    absent = absent_operations(baseline, contender, ("baseline", "contender"))
    times = f"{took_s:.1f} s, of which {ready_s:.1f} s until ready"
    return [
        f"{times}; {len(comparisons)} compared, {len(found)} differ, {len(varying)} vary, {len(absent)} absent",
        *(f"  {one.operation}: {one.verdict} {one.counters} {one.statements} {one.problem}" for one in found),
        *(f"  {one.operation}: {', '.join(one.excluded)} vary" for one in varying),
        *(f"  {one.operation}: {one.reason}" for one in absent),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="9.1.22")
    parser.add_argument("--profile", default="M", choices=PROFILES)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    build = prepare_build(options.build, cache_folder(), print)
    with tempfile.TemporaryDirectory(prefix="rssbench-", dir="/var/tmp") as folder:
        root = Path(folder)
        root.chmod(0o711)
        profile = PROFILES[options.profile]
        with start_stack(build, profile=profile, seed=7, stack_root=root, log_directory=root / "logs") as loaded:
            loaded.freeze()
            for number in range(1, options.rounds + 1):
                lines = control(loaded, build, root / f"round-{number}")
                print(f"round {number}:", "\n".join(lines), flush=True)


if __name__ == "__main__":
    main()
