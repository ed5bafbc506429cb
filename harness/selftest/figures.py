"""From the outcomes of trials to the figures that are published, and whether they reach their aims. Pure
functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from harness.comparison import ComparisonResult, Verdict
from harness.selftest.coverage import PAIRS, covered_by, covers_nothing, covers_pool
from harness.selftest.drawn_comparisons import DrawnComparison
from harness.selftest.pool import Arm
from harness.selftest.rates import Counted
from harness.selftest.slowdown import EQUAL, Slowdown
from harness.selftest.standing import at_least, at_most, none_in, within
from harness.selftest_result import Figure, PoolArm, Source, StallRun, Standing
from harness.stats.paired import hodges_lehmann, signed_rank_interval

#: What the figures are to reach.
MOST_FALSE_ALARMS_RATIO = 0.01
WHOLE_EQUAL_COMPARISONS = 60
LEAST_POWER_RATIO = 0.95
COVERAGE_RATIOS = (0.93, 0.97)
LARGEST_STALL_ERROR_RATIO = 0.02

#: The smallest slow-downs that are to be found: of all operations together, and of one that was chosen.
_SMALLEST_SHARES = (0.02, 0.01)

#: Trials without which a rate says nothing of its aim.
_ENOUGH: dict[Source, int] = {"pool": 100, "end to end": 20}

_ALARMS: tuple[Verdict, ...] = ("regression", "improvement", "wrong")

Trials = Sequence[DrawnComparison] | Sequence[ComparisonResult]


def pool_arm(arm: Arm) -> PoolArm:
    """What the pairs of one slow-down are and say."""
    metrics = [question.metric for question in arm.questions if question.operation is None]
    log_ratios = {metric: arm.log_ratios(metric) for metric in metrics}
    effects = {}
    for metric, values in log_ratios.items():
        low, high = signed_rank_interval(values) or (np.nan, np.nan)
        effects[metric] = tuple(np.exp([hodges_lehmann(values), low, high]).tolist())
    return PoolArm(
        name=arm.slowdown.name,
        share=arm.slowdown.share,
        pairs=len(arm),
        pair_s=arm.pair_s,
        effects_ratio={metric: effect for metric, effect in effects.items() if np.isfinite(effect).all()},
        spreads={metric: float(np.std(values, ddof=1)) for metric, values in log_ratios.items() if len(arm) > 1},
    )


def false_alarms(source: Source, trials: Trials, minutes: Sequence[float]) -> Iterator[Figure]:
    """Of comparisons of two equal builds; ``minutes`` of each."""
    alarms = Counted.of(one.verdict in _ALARMS for one in trials)
    controls = Counted.of(any(of_it.verdict in _ALARMS for of_it in one.control) for one in trials)
    same = Counted.of(one.verdict == "same" for one in trials)
    if not trials:
        return
    of_pool = at_most(alarms, MOST_FALSE_ALARMS_RATIO, _ENOUGH["pool"])
    yield Figure(
        part="false-alarms",
        source=source,
        what="a comparison of two equal builds found a change",
        rate=alarms.rate(),
        aim="at most 1 %" if source == "pool" else f"0 in {WHOLE_EQUAL_COMPARISONS}",
        standing=of_pool if source == "pool" else none_in(alarms, WHOLE_EQUAL_COMPARISONS),
        share=0.0,
        pairs=_pairs(trials),
        minutes=float(np.median(minutes)),
    )
    for what, counted in (("its control found one", controls), ("it said that they are the same", same)):
        yield Figure("false-alarms", source, what, counted.rate(), None, None, share=0.0)


def power(source: Source, slowdown: Slowdown, trials: Trials, minutes: Sequence[float], *, chosen: bool) -> Figure:
    """Of comparisons with one slow-down, at least one. ``chosen``: of one operation alone."""
    found = Counted.of(one.verdict == "regression" for one in trials)
    has_aim = slowdown.share >= _SMALLEST_SHARES[chosen]
    return Figure(
        part="power",
        source=source,
        what=f"+{slowdown.share:.0%} CPU was found",
        rate=found.rate(),
        aim="at least 95 %" if has_aim else None,
        standing=at_least(found, LEAST_POWER_RATIO, _ENOUGH[source]) if has_aim else None,
        share=slowdown.share,
        pairs=_pairs(trials),
        minutes=float(np.median(minutes)),
    )


def coverage_of_pool(arms: Sequence[Arm], trials: int, draws: np.random.Generator) -> Iterator[Figure]:
    """Of intervals from pairs of the pool."""
    for pairs in PAIRS:
        for arm in arms:
            if arm.slowdown == EQUAL:
                counted, what = covers_nothing(arm, pairs), "every question, true effect 0"
                note = "blocks of pairs, none in two of them; questions of a block share its pairs"
            elif len(arm) >= pairs:
                counted = covers_pool(arm, "service_cpu", pairs, trials, draws)
                what = f"service CPU, +{arm.slowdown.share:.0%}, true effect that of the whole pool"
                note = "pairs drawn with replacement"
            else:
                continue
            if counted.trials:
                yield _coverage("pool", f"{what}, {pairs} pairs", counted, note)


def coverage_of_whole(equal: Sequence[ComparisonResult]) -> Iterator[Figure]:
    """Of the intervals that whole comparisons of equal builds printed."""
    counted = covered_by(equal)
    if counted.trials:
        note = "as many pairs as the rule took; questions of a comparison share its pairs"
        yield _coverage("end to end", "every question, true effect 0, when the rule stopped", counted, note)


def exact(found: Counted, named: Counted) -> Iterator[Figure]:
    """``found``: changes whose counter rose in its operation. ``named``: operations that no change concerns, and
    that were said to be slower."""
    if found.trials:
        what = "a change by one statement, row, commit, connection or call was found"
        standing = _reached(found.found == found.trials)
        yield Figure("exact", "end to end", what, found.rate(), "all", standing)
    if named.trials:
        what = "an operation that was not changed was named"
        yield Figure("exact", "end to end", what, named.rate(), "none", _reached(not named.found))


def stall(runs: Sequence[StallRun]) -> Iterator[Figure]:
    """How often the 99 % quantile that our generator saw was the true one."""
    ours = [one for one in runs if one.generator == "this suite"]
    right = Counted.of(abs(one.p99_s / one.truth_s - 1) <= LARGEST_STALL_ERROR_RATIO for one in ours)
    if ours:
        standing = _reached(right.found == right.trials)
        yield Figure("stall", "end to end", "p99 lay within 2 % of the true one", right.rate(), "all", standing)


def _reached(does: bool) -> Standing:  # noqa: FBT001  a word for it
    return "reached" if does else "missed"


def _coverage(source: Source, what: str, counted: Counted, note: str) -> Figure:
    return Figure(
        part="coverage",
        source=source,
        what=what,
        rate=counted.rate(),
        aim="93 to 97 %",
        standing=within(counted, COVERAGE_RATIOS, _ENOUGH["pool"]),
        note=note,
    )


def _pairs(trials: Trials) -> tuple[float, float]:
    used = [_pairs_of(one) for one in trials]
    return float(np.median(used)), float(np.quantile(used, 0.95))


def _pairs_of(trial: DrawnComparison | ComparisonResult) -> int:
    if isinstance(trial, DrawnComparison):
        return trial.pairs
    return sum(
        max((one.pairs for one in of_lane if one.lane == "paired"), default=0)
        for of_lane in (trial.judgements, trial.control)
    )
