"""How often a search among many builds names the right one, with pairs drawn from recorded ones.

    python benchmarks/bisect_power.py --record benchmarks/bisect_pool.json results/A results/B ...
    python -m benchmarks.bisect_power

The first command takes the log-ratios of every pair from the folders of comparisons: those of the control and of
comparisons that found nothing into one pool, those of comparisons that found a regression into another. The second
draws the pairs of each build from these, with replacement: those of a build before the step from the first, those
of one from the step on from the second. Prints how many searches were right, and how many builds they tried.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.compare.bisect import Search
from harness.measure.judging import read_measured
from harness.measure.observations import Observations
from harness.store import read_comparison

POOL = Path(__file__).with_name("bisect_pool.json")
SEED = 2026
#: Visits after which a simulated search gives up.
MOST_VISITS = 60


def record(folders: list[Path], metric: str) -> dict[str, Any]:
    """Both pools, and where they come from."""
    same: list[float] = []
    slower: list[float] = []
    commands = []
    for folder in folders:
        result = read_comparison(folder)
        measured = read_measured(folder, result.settings.operations)
        same += log_ratios(measured.control, metric)
        (slower if result.verdict == "regression" else same).extend(log_ratios(measured.compared, metric))
        commands.append(f"{result.command}: {result.verdict}, {measured.compared.pairs} pairs")
    cpu = {read_comparison(folder).environment.cpu_model for folder in folders}
    return {"metric": metric, "machine": sorted(cpu), "comparisons": commands, "same": same, "slower": slower}


def log_ratios(measured: Observations, metric: str) -> list[float]:
    """Of all operations of the comparison together."""
    for question, series in measured.series().items():
        if question.metric == metric and question.operation is None:
            return [round(math.log(contender / baseline), 6) for baseline, contender in series.complete()]
    return []


def search(pool: dict[str, Any], builds: int, confidence_ratio: float, trial: int) -> tuple[bool | None, int, int]:
    """Whether the right build was named (None when none was), builds tried beside both ends, pairs measured."""
    draws = np.random.default_rng([SEED, trial])
    first_bad = int(draws.integers(1, builds, endpoint=True))

    def pairs(position: int, number: int) -> tuple[float, ...]:
        drawn = draws.choice(pool["slower" if position >= first_bad else "same"], size=number)
        return tuple(map(float, drawn))

    state = Search(builds, confidence_ratio, log_ratios={builds: pairs(builds, 11), 0: pairs(0, 2)})
    for _visit in range(MOST_VISITS):
        if (position := state.next_build()) is None:
            break
        seen = state.log_ratios.get(position, ())
        while not state.is_enough(position, seen):
            seen = (*seen, *pairs(position, 1))
        state.log_ratios[position] = seen
    found = state.found()
    right = None if found is None else found == range(first_bad, first_bad + 1)
    tried = len(state.log_ratios.keys() - {0, builds})
    return right, tried, sum(map(len, state.log_ratios.values()))


def describe(name: str, values: list[float]) -> str:
    low, middle, high = 100 * np.expm1(np.quantile(values, [0.05, 0.5, 0.95]))
    return f"{name}: {len(values)} pairs, median {middle:+.2f} %, 5 to 95 % of them {low:+.2f} to {high:+.2f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", type=Path, metavar="FILE", help="make the pool of the comparisons in FOLDERS")
    parser.add_argument("--metric", default="service_cpu")
    parser.add_argument("--pool", type=Path, default=POOL)
    parser.add_argument("--builds", type=int, default=128)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--confidence", type=float, default=0.95)
    parser.add_argument("folders", nargs="*", type=Path)
    given = parser.parse_args()
    if given.record:
        given.record.write_text(json.dumps(record(given.folders, given.metric), indent=1) + "\n")
        return
    pool = msgspec.json.decode(given.pool.read_bytes())
    print(describe("same", pool["same"]), describe("slower", pool["slower"]), sep="\n")
    outcomes = [search(pool, given.builds, given.confidence, trial) for trial in range(given.trials)]
    right = Counter(outcome for outcome, _, _ in outcomes)
    tried, pairs = ([one[place] for one in outcomes] for place in (1, 2))
    print(
        f"{given.builds} builds, {given.trials} searches, confidence {given.confidence:g}, seed {SEED}: "
        f"right {right[True]}, wrong {right[False]}, none named {right[None]}; builds tried, median "
        f"{np.median(tried):.0f}, at most {max(tried)}; pairs, median {np.median(pairs):.0f}, at most {max(pairs)}"
    )


if __name__ == "__main__":
    main()
