"""What the rule of the paired lane finds, misses and falsely reports: the simulated tables of docs/method.md.

Usage: python -m benchmarks.paired_power [TRIALS], about ten minutes for 1,000.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.compare.margins import CHOSEN_SERVICE_CPU_RESOLUTION_RATIO, TOGETHER
from harness.compare.stopping import decided
from harness.compare.verdict import BOUND_ERROR_RATIO, Series, conclude, judge
from harness.comparison import Question, TimedMetric
from harness.stats.multiplicity import FAMILY_ERROR_RATIO
from harness.stats.paired import hodges_lehmann, signed_rank_interval
from harness.stats.power import POWER_RATIO, smallest_detectable
from harness.stats.sequential import MINIMUM_PAIRS, Wealth, bounds, bounds_of_each, p_value
from harness.stats.wilson import wilson_interval

SEED = 2026
#: Pairs after which a simulated comparison gives up.
LARGEST_PAIRS = 200
#: The level of "service CPU of all operations together" when all lanes and single operations are asked about.
LEVEL = FAMILY_ERROR_RATIO * 0.9 * 0.5 * 0.5
OPERATIONS = 26

Floats = npt.NDArray[np.float64]
Noise = Callable[[np.random.Generator, int], Floats]


def contaminated(generator: np.random.Generator, pairs: int) -> Floats:
    """A neighbour's burst in one of ten pairs: ten times the spread."""
    return generator.normal(size=pairs) * np.where(generator.random(pairs) < 0.1, 10.0, 1.0)


def autoregressive(generator: np.random.Generator, pairs: int) -> Floats:
    """AR(1), correlation 0.3, variance 1."""
    noise = generator.normal(size=pairs)
    for i in range(1, pairs):
        noise[i] = 0.3 * noise[i - 1] + math.sqrt(1.0 - 0.09) * noise[i]
    return noise


def two_valued(generator: np.random.Generator, pairs: int) -> Floats:
    """The side that starts second, or gets the other core, is always slower; little else varies."""
    return generator.choice([-1.0, 1.0], size=pairs) + 0.2 * generator.normal(size=pairs)


NOISES: dict[str, Noise] = {
    "normal": lambda generator, pairs: generator.normal(size=pairs),
    "Laplace": lambda generator, pairs: generator.laplace(size=pairs) / math.sqrt(2.0),
    "Student t, 3 degrees": lambda generator, pairs: generator.standard_t(3, size=pairs) / math.sqrt(3.0),
    "bursts": contaminated,
    "growing, 0.5 to 3": lambda generator, pairs: generator.normal(size=pairs) * np.linspace(0.5, 3.0, pairs),
    "two-valued": two_valued,
    "AR(1) 0.3, sides at random": lambda generator, pairs: (
        autoregressive(generator, pairs) * generator.choice([-1.0, 1.0], size=pairs)
    ),
    "AR(1) 0.3, sides not drawn": autoregressive,
}


def wilson(found: int, trials: int, digits: int = 1) -> str:
    """A rate with its 95 % interval."""
    low, high = wilson_interval(found, trials)
    return f"{100 * found / trials:.{digits}f} % ({100 * low:.{digits}f} to {100 * high:.{digits}f})"


def t_mixture_p(values: Floats) -> float:
    """The peer: the scale-invariant normal mixture of Wang & Ramdas (prior variance 1), running p."""
    counts, sums, squares = np.arange(1, values.size + 1), np.cumsum(values), np.cumsum(values**2)
    log_wealth = counts / 2 * -np.log1p(-(sums**2) / (counts + 1) / squares) - np.log(counts + 1) / 2
    return min(1.0, float(np.exp(-log_wealth[MINIMUM_PAIRS - 1 :].max())))


def false_alarms(generator: np.random.Generator, trials: int) -> Iterator[str]:
    yield "| noise | ours | anytime t-test |\n|---|---|---|"
    for name, noise in NOISES.items():
        rows = [0.01 * noise(generator, LARGEST_PAIRS) for _ in range(trials)]
        ours = sum(min(p_value(list(row), above=side) for side in (True, False)) <= LEVEL for row in rows)
        peer = sum(t_mixture_p(row) <= LEVEL for row in rows)
        yield f"| {name} | {wilson(ours, trials, 2)} | {wilson(peer, trials, 2)} |"


@dataclass(frozen=True)
class Case:
    """One question with its level, and what its pairs vary by."""

    name: str
    metric: TimedMetric
    level: float
    resolution_ratio: float
    deviation: float

    def stop(self, values: list[float]) -> tuple[str, int]:
        """Verdict and number of pairs when it is looked at after every pair."""
        margins = TOGETHER[self.metric]
        for pairs in range(MINIMUM_PAIRS, len(values) + 1):
            seen = values[:pairs]
            if p_value(seen, above=True) <= self.level and hodges_lehmann(seen) > margins.practical:
                return "regression", pairs
            wealth = Wealth.of(seen)
            hints = wealth.largest(0.0) >= 1.0 / BOUND_ERROR_RATIO and hodges_lehmann(seen) > margins.practical
            if _within(wealth, margins.equivalence) and not hints:
                detectable = smallest_detectable(seen, self.level, margins.practical)
                if detectable and detectable <= math.log1p(self.resolution_ratio):
                    return "same", pairs
        return "inconclusive", len(values)


def _within(wealth: Wealth, margin: float) -> bool:
    """Whether both bounds lie within the margin: what :func:`bounds` says, without searching for them."""
    return min(side.largest(-margin) for side in (wealth, wealth.mirrored())) >= 1.0 / BOUND_ERROR_RATIO


CPU = Case("service CPU, sd 1 %", "service_cpu", LEVEL, TOGETHER["service_cpu"].resolution_ratio, 0.01)
TIME = Case(
    "service time, sd 1.35 %", "service_time", LEVEL / 2, TOGETHER["service_time"].resolution_ratio, 0.0135
)
CHOSEN = Case(
    "CPU of one chosen, sd 1 %", "service_cpu", FAMILY_ERROR_RATIO / 2, CHOSEN_SERVICE_CPU_RESOLUTION_RATIO, 0.01
)


def power(generator: np.random.Generator, trials: int) -> Iterator[str]:
    yield "| question | change | noise | regression | same | pairs, median (95 %) |\n|---|---|---|---|---|---|"
    for case, effect, noise in itertools.product(
        (CPU, TIME, CHOSEN), (0.0, 0.01, 0.02, 0.05, 0.10), ("normal", "bursts")
    ):
        rows = (
            math.log1p(effect) + case.deviation * NOISES[noise](generator, LARGEST_PAIRS) for _ in range(trials)
        )
        stops = [case.stop(list(row)) for row in rows]
        verdicts, pairs = Counter(verdict for verdict, _ in stops), np.array([pairs for _, pairs in stops])
        yield (
            f"| {case.name} | +{100 * effect:.0f} % | {noise} | {wilson(verdicts['regression'], trials)} | "
            f"{wilson(verdicts['same'], trials)} | {np.median(pairs):.0f} ({np.quantile(pairs, 0.95):.0f}) |"
        )


def coverage(generator: np.random.Generator, trials: int) -> Iterator[str]:
    yield "| noise | stopped | 95 % interval | anytime interval |\n|---|---|---|---|"
    for name in ("normal", "Student t, 3 degrees", "bursts"):
        for stopped in ("at 12", "at 20", "at 40", "by the rule, no change", "by the rule, +1 %"):
            effect = math.log1p(0.01) if stopped.endswith("+1 %") else 0.0
            fixed = anytime = 0
            for _ in range(trials):
                row = list(effect + 0.01 * NOISES[name](generator, LARGEST_PAIRS))
                pairs = int(stopped[3:]) if stopped.startswith("at") else CPU.stop(row)[1]
                narrow, wide = signed_rank_interval(row[:pairs]), bounds(row[:pairs], BOUND_ERROR_RATIO)
                fixed += narrow is not None and narrow[0] <= effect <= narrow[1]
                anytime += wide is not None and wide[0] <= effect <= wide[1]
            yield f"| {name} | {stopped} | {wilson(fixed, trials)} | {wilson(anytime, trials)} |"


def detectable(generator: np.random.Generator, trials: int) -> Iterator[str]:
    yield "| noise | pairs | stated, median (10 to 90 %) | found with 95 % power | ratio |\n|---|---|---|---|---|"
    margin = TOGETHER["service_cpu"].practical
    for name in ("normal", "Student t, 3 degrees", "bursts"):
        for pairs in (12, 20, 40, 100):
            rows = [list(0.01 * NOISES[name](generator, pairs)) for _ in range(trials)]
            stated = [smallest_detectable(row, LEVEL, margin) or math.inf for row in rows]
            needed = [
                math.inf if of_row is None else max(-of_row[0], margin - hodges_lehmann(row))
                for row, of_row in zip(rows, bounds_of_each(rows, [LEVEL / 2.0] * trials), strict=True)
            ]
            low, middle, high = 100 * np.expm1(np.quantile(stated, [0.1, 0.5, 0.9]))
            found = 100 * np.expm1(np.quantile(needed, POWER_RATIO))
            yield (
                f"| {name} | {pairs} | {middle:.2f} % ({low:.2f} to {high:.2f}) | {found:.2f} % "
                f"| {middle / found:.2f} |"
            )


def whole(generator: np.random.Generator, trials: int) -> Iterator[str]:
    """Three metrics of 26 operations, CPU with 3 to 8 % spread, Student t with 4 degrees; looks every 2nd pair."""
    yield "| change | verdicts | pairs, median (largest) | single questions same |\n|---|---|---|---|"
    spread = {"service_cpu": 1.0, "service_time": 1.35, "database_cpu": 1.8}
    single = np.linspace(0.03, 0.08, OPERATIONS)
    for change, effects in (
        ("none", np.zeros(OPERATIONS)),
        ("+2 % of all", np.full(OPERATIONS, math.log1p(0.02))),
        ("+5 % of one", np.where(np.arange(OPERATIONS) == OPERATIONS // 2, math.log1p(0.05), 0.0)),
        ("+10 % of one", np.where(np.arange(OPERATIONS) == OPERATIONS // 2, math.log1p(0.10), 0.0)),
    ):
        outcomes = []
        for _ in range(trials):
            drawn = {
                metric: effects + single * factor * generator.standard_t(4, size=(80, OPERATIONS)) / math.sqrt(2.0)
                for metric, factor in spread.items()
            }
            for pairs in range(8, 81, 2):
                judgements = judge(dict(_questions({metric: rows[:pairs] for metric, rows in drawn.items()})))
                if decided(judgements):
                    break
            same = sum(one.verdict == "same" for one in judgements if one.operation)
            outcomes.append((conclude(judgements).verdict, pairs, same))
        verdicts = ", ".join(f"{verdict} {count}" for verdict, count in Counter(o[0] for o in outcomes).items())
        pairs_used, same_ones = [o[1] for o in outcomes], [o[2] for o in outcomes]
        yield (
            f"| {change} | {verdicts} of {trials} | {np.median(pairs_used):.0f} ({max(pairs_used)}) | "
            f"{np.median(same_ones):.0f} of {3 * OPERATIONS} |"
        )


def _questions(rows: dict[str, Floats]) -> Iterator[tuple[Question, Series]]:
    for metric, log_ratios in rows.items():
        for operation, column in ((None, log_ratios.mean(axis=1)), *enumerate(log_ratios.T)):
            series = Series((1.0,) * len(column), tuple(np.exp(column)))
            yield Question("paired", metric, None if operation is None else f"operation {operation}"), series


def main(trials: int) -> None:
    print(f"level {LEVEL}, looks after every pair up to {LARGEST_PAIRS}, seed {SEED}, {trials} trials")
    for table, count in (
        (false_alarms, 10 * trials),
        (power, trials),
        (coverage, trials),
        (detectable, trials),
        (whole, trials // 20),
    ):
        print(f"\n{table.__name__}, {count} trials\n")
        for line in table(np.random.default_rng(SEED), count):
            print(line, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
