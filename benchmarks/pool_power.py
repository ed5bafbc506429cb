"""How often a comparison finds a change, by the rule as it is now, with the pairs that docs/selftest has.

    python benchmarks/pool_power.py

Comparisons are drawn from the recorded pairs, looked at after every pair and stopped by the rule of
`rssbench compare`: of equal builds, of builds whose requests all are slower, and of builds of which one operation,
drawn anew, got slower. The last are equal ones whose service CPU and service time of that operation are made
longer; what that adds to all operations together is its share of them. The control is left out.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.compare.verdict import conclude
from harness.selftest.drawn_comparisons import looked_at
from harness.selftest.pool import Floats
from harness.selftest.raw_data import RawData, read_raw_data
from harness.stats.wilson import wilson_interval

POOL = Path(__file__).parents[1] / "docs" / "selftest"
SLOWER = ("service_cpu", "service_time", "service_cpu_total")
SEED = 2026
#: As many as fit into the 10 minutes of a comparison, controls apart.
MOST_PAIRS = 80


def added(pool: RawData, operation: str, effect: float) -> Floats:
    """To the log-ratios of a pair, if this operation has got slower."""
    shares = [
        1.0 / len(pool.operations) if one.operation is None else float(one.operation == operation)
        for one in pool.questions
    ]
    return np.where([one.metric in SLOWER for one in pool.questions], shares, 0.0) * effect


@dataclass
class Outcomes:
    """``named``: the operation that got slower was called a regression."""

    verdicts: Counter[str] = field(default_factory=Counter)
    named: int = 0
    pairs: list[int] = field(default_factory=list)

    def told(self) -> str:
        trials = len(self.pairs)
        worse = self.verdicts["regression"]
        low, high = wilson_interval(worse, trials)
        verdicts = ", ".join(f"{verdict} {count}" for verdict, count in self.verdicts.items())
        return (
            f"{verdicts} of {trials}; regression {worse / trials:.1%} ({low:.1%} to {high:.1%}), "
            f"named {self.named}; pairs {np.median(self.pairs):.0f} (mean {np.mean(self.pairs):.1f}, "
            f"95 % {np.quantile(self.pairs, 0.95):.0f})"
        )


def measured(pool: RawData, share: float, percent_of_one: float, trials: int) -> Outcomes:
    outcomes, draws = Outcomes(), np.random.default_rng(SEED)
    recorded = pool.log_ratios[pool.share == share]
    for _ in range(trials):
        operation = str(draws.choice(pool.operations))
        drawn = recorded[draws.permutation(len(recorded))[:MOST_PAIRS]]
        rows = drawn + added(pool, operation, math.log1p(percent_of_one / 100.0))
        judgements, pairs, _is_decided = looked_at(lambda count, rows=rows: pool.series(rows[:count]), len(rows))
        worse = [one.operation for one in judgements if one.verdict == "regression"]
        outcomes.verdicts[conclude(judgements).verdict] += 1
        outcomes.named += operation in worse
        outcomes.pairs.append(pairs)
    return outcomes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--trials", type=int, default=200, help="of each change; five times as many of equal builds"
    )
    given = parser.parse_args()
    pool = read_raw_data(POOL)
    print(f"equal: {measured(pool, 0.0, 0.0, 5 * given.trials).told()}", flush=True)
    for share in (0.01, 0.02, 0.05):
        print(f"+{share:.0%} of all: {measured(pool, share, 0.0, given.trials).told()}", flush=True)
    for percent in (2.0, 3.0, 5.0, 8.0):
        print(f"+{percent:g}% of one: {measured(pool, 0.0, percent, given.trials).told()}", flush=True)


if __name__ == "__main__":
    main()
