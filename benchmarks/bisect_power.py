"""How often a search among many builds names the right one, with pairs drawn from recorded ones.

    python benchmarks/bisect_power.py --record --same RUN ... --slower RUN ...   # makes bisect_pool.json beside it
    python benchmarks/bisect_power.py

The first command takes the log-ratios of all pairs of folders with a ``pairs.jsonl``: of comparisons of equal
builds and, from all of them, of the control into one pool, of comparisons with a slower build into another. The
second draws the pairs of each build from these, with replacement: those of a build before the step from the first,
those of one from the step on from the second. Prints how many searches were right, and how many builds they tried.
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
from harness.measure.observations import Observations
from harness.measure.pair_store import PairStore

POOL = Path(__file__).with_name("bisect_pool.json")
SEED = 2026
#: Visits after which a simulated search gives up.
MOST_VISITS = 60


def record(same: list[Path], slower: list[Path], metric: str) -> dict[str, Any]:
    """Both pools."""
    pools: dict[str, list[float]] = {"same": [], "slower": []}
    for name, folders in (("same", same), ("slower", slower)):
        for folder in folders:
            compared, control = observed(folder)
            pools[name] += log_ratios(compared, metric)
            pools["same"] += log_ratios(control, metric)
    return {"metric": metric, **pools}


def observed(folder: Path) -> tuple[Observations, Observations]:
    """The pairs of a folder, and its control."""
    pairs = list(PairStore(folder).read())
    if not pairs:
        raise SystemExit(f"{folder} has no pairs")
    names = [str(place) for place in range(len(pairs[0][0].repetitions))]
    compared, control = Observations(names), Observations(names)
    for line, rows in pairs:
        (control if line.is_control else compared).add(line, rows)
    return compared, control


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
    parser.add_argument("--record", action="store_true", help="make the pool")
    parser.add_argument("--same", nargs="*", type=Path, default=[], help="folders with pairs of equal builds")
    parser.add_argument("--slower", nargs="*", type=Path, default=[], help="folders with pairs of a slower build")
    parser.add_argument("--metric", default="service_cpu")
    parser.add_argument("--pool", type=Path, default=POOL)
    parser.add_argument("--builds", type=int, default=128)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--confidence", type=float, default=0.95)
    given = parser.parse_args()
    if given.record:
        given.pool.write_text(json.dumps(record(given.same, given.slower, given.metric)) + "\n")
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
