"""How often a comparison of all operations finds that one of them got slower.

    python benchmarks/one_operation_power.py

Comparisons are drawn from the pairs of equal builds in docs/selftest, looked at after every pair and stopped by
the rule of `rssbench compare`. The service CPU and the service time of one operation, drawn anew, are made longer;
what that adds to all operations together is its share of them. Without a change it prints false alarms.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.compare.stopping import decided
from harness.compare.verdict import Series, conclude, judge
from harness.comparison import Judgement, Question
from harness.selftest.looks import Looks
from harness.stats.wilson import wilson_interval

POOL = Path(__file__).parents[1] / "docs" / "selftest" / "pool.npz"
TOGETHER = "all operations together"
SLOWER = ("service_cpu", "service_time", "service_cpu_total")
SEED = 2026
#: As many as fit into the 10 minutes of a comparison, controls apart.
MOST_PAIRS = 80

Ratios = npt.NDArray[np.float64]


def slower(rows: Ratios, questions: list[Question], operation: str, effect: float, operations: int) -> Ratios:
    """The log-ratios as they would be if this operation had got slower."""
    added = [
        0.0
        if question.metric not in SLOWER
        else effect / operations
        if question.operation is None
        else effect * (question.operation == operation)
        for question in questions
    ]
    return rows + np.array(added)


def compared(rows: Ratios, questions: list[Question]) -> tuple[tuple[Judgement, ...], int]:
    """The judgements with which a comparison stops, and after how many pairs."""

    def series(pairs: int) -> dict[Question, Series]:
        contender = np.exp(rows[:pairs])
        return {
            question: Series((1.0,) * pairs, tuple(contender[:, place].tolist()))
            for place, question in enumerate(questions)
        }

    looks = Looks.at(series(len(rows)))
    for pairs in filter(looks.may_decide, range(1, len(rows) + 1)):
        judgements = judge(series(pairs))
        if decided(judgements):
            return judgements, pairs
    return judge(series(len(rows))), len(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--percent", type=float, nargs="+", default=[0, 2, 3, 5, 8])
    given = parser.parse_args()
    pool = np.load(POOL)
    asked = [str(text).split(" of ", 1) for text in pool["questions"]]
    questions = [Question("paired", metric, None if of == TOGETHER else of) for metric, of in asked]  # type: ignore[arg-type]
    names = [str(name) for name in pool["operations"]]
    equal = pool["log_ratios"][pool["share"] == 0.0]
    draws = np.random.default_rng(SEED)
    for percent in given.percent:
        verdicts: Counter[str] = Counter()
        named, pairs = 0, []
        for _ in range(given.trials):
            operation = str(draws.choice(names))
            rows = equal[draws.permutation(len(equal))[:MOST_PAIRS]]
            effect = float(np.log1p(percent / 100.0))
            judgements, used = compared(slower(rows, questions, operation, effect, len(names)), questions)
            verdict = conclude(judgements).verdict
            verdicts[verdict] += 1
            named += any(
                one.verdict == verdict == "regression" and one.operation == operation for one in judgements
            )
            pairs.append(used)
        low, high = wilson_interval(verdicts["regression"], given.trials)
        print(
            f"+{percent:g} %: regression {verdicts['regression']} of {given.trials} ({low:.1%} to {high:.1%}), "
            f"the operation named in {named}; {dict(verdicts)}; pairs {np.median(pairs):.0f} "
            f"(mean {np.mean(pairs):.1f}, 95 % {np.quantile(pairs, 0.95):.0f})",
            flush=True,
        )


if __name__ == "__main__":
    main()
