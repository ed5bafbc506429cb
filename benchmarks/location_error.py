"""How often an operation is said to have changed that did not, when all operations together did.

    python benchmarks/location_error.py

Comparisons are drawn from the pool of docs/selftest: of two equal builds, whose pairs of all operations together
are made 5 % slower in all three metrics, so that whatever operation is named is named wrongly; and of a build
whose requests all are slower, so that all operations would be right. Prints how many comparisons name a wrong
one, and how many operations are named of the slower build.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.compare.verdict import judge
from harness.comparison import Judgement
from harness.selftest.raw_data import read_raw_data
from harness.stats.wilson import wilson_interval

POOL = Path(__file__).parents[1] / "docs" / "selftest"
ADDED = math.log(1.05)
SEED = 2026


def named(judgements: tuple[Judgement, ...]) -> set[str]:
    return {one.operation for one in judgements if one.located and one.operation}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--pairs", type=int, nargs="+", default=[11, 13, 20])
    given = parser.parse_args()
    pool = read_raw_data(POOL)
    operations = len(pool.operations)
    together = np.array([one.operation is None for one in pool.questions])
    draws = np.random.default_rng(SEED)
    for pairs in given.pairs:
        for share in (0.0, 0.05):
            rows = pool.log_ratios[pool.share == share] + (0.0 if share else ADDED * together)
            drawn = (rows[draws.permutation(len(rows))[:pairs]] for _ in range(given.trials))
            found = [named(judge(pool.series(one))) for one in drawn]
            if share:
                shares = [len(one) / operations for one in found]
                print(f"{pairs} pairs, +{share:.0%}: {np.mean(shares):.0%} of {operations} operations named")
            else:
                hits = sum(map(bool, found))
                low, high = wilson_interval(hits, given.trials)
                print(f"{pairs} pairs, equal: {hits} of {given.trials} name one ({low:.1%} to {high:.1%})")


if __name__ == "__main__":
    main()
