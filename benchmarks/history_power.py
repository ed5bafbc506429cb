"""What the rule for changes from build to build finds, in simulated histories of five builds.

    python -m benchmarks.history_power [HISTORIES] [--pairs COUNT]

Each build has so many pairs with the reference, the last one: all operations together with a spread of 1 %, the
single ones with 4 %, three metrics, noise of Student's t with 4 degrees. The step, if any, is in the third build.
"""

from __future__ import annotations

import argparse
import math

import numpy as np

from harness.compare.change_points import timed_changes
from harness.comparison import Judgement, TimedMetric
from harness.history import HistoryBuild
from harness.stats.paired import hodges_lehmann, signed_rank_interval
from scenarios.operations import STANDARD

METRICS: tuple[TimedMetric, ...] = ("service_cpu", "database_cpu", "service_time")
BUILDS, STEP_IN, SEED = 5, 2, 2026
#: of noise with 4 degrees of freedom, whose own spread is the square root of 2
TOGETHER, SINGLE = 0.01 / math.sqrt(2), 0.04 / math.sqrt(2)
CHOSEN = STANDARD[0].name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("histories", type=int, nargs="?", default=200)
    parser.add_argument("--pairs", type=int, default=24, help="of each build (default: %(default)s)")
    options = parser.parse_args()
    random = np.random.default_rng(SEED)
    print(f"{options.histories} histories of {BUILDS} builds, {options.pairs} pairs a build")
    for what, together, single in (
        ("nothing", 0.0, 0.0),
        ("all +1 %", 0.01, 0.0),
        ("all +2 %", 0.02, 0.0),
        ("one +10 %", 0.0, 0.10),
        ("one +20 %", 0.0, 0.20),
    ):
        found = false = 0
        for _ in range(options.histories):
            in_place, elsewhere = simulate(random, options.pairs, together, single)
            found, false = found + in_place, false + elsewhere
        print(f"{what:10} found in its place {found:4}  with a change that is none {false:4}", flush=True)


def simulate(random: np.random.Generator, pairs: int, together: float, single: float) -> tuple[bool, bool]:
    """Whether the step was found where it is, and whether a change was found that is none. The builds from STEP_IN
    on are as the reference, those before are faster."""
    builds = [
        HistoryBuild(str(place), judgements=judged(random, pairs, together, single, before=place < STEP_IN))
        for place in range(BUILDS - 1)
    ]
    changes = timed_changes([*builds, HistoryBuild("reference")], "reference")
    # a step of all is one of each operation, too
    right = [
        one for one in changes if one.later == str(STEP_IN) and (together or (single and one.operation == CHOSEN))
    ]
    return bool(right), len(right) < len(changes)


def judged(
    random: np.random.Generator, pairs: int, together: float, single: float, *, before: bool
) -> tuple[Judgement, ...]:
    """A judgement of each metric of all operations together and of each one."""
    questions = [(None, TOGETHER), *((operation.name, SINGLE) for operation in STANDARD)]
    found = []
    for operation, spread in questions:
        step = together + (single if operation == CHOSEN else 0.0)
        for metric in METRICS:
            shift = -math.log1p(step) if before else 0.0
            values = tuple(shift + spread * random.standard_t(4, pairs))
            found.append(judgement(operation, metric, values))
    return tuple(found)


def judgement(operation: str | None, metric: TimedMetric, log_ratios: tuple[float, ...]) -> Judgement:
    low, high = signed_rank_interval(log_ratios) or (-math.inf, math.inf)
    return Judgement(
        lane="paired",
        metric=metric,
        operation=operation,
        verdict="same",
        effect_ratio=math.exp(hodges_lehmann(log_ratios)),
        interval_ratio=(math.exp(low), math.exp(high)),
        smallest_detectable_ratio=None,
        adjusted_p=None,
        pairs=len(log_ratios),
    )


if __name__ == "__main__":
    main()
