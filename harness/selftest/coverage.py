"""How often the 95 % intervals of effects hold the true one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.comparison import ComparisonResult, TimedMetric
from harness.selftest.pool import Arm
from harness.selftest.rates import Counted
from harness.stats.paired import hodges_lehmann, signed_rank_interval

Generator = np.random.Generator

#: Pairs of the comparisons whose intervals are looked at; the two of a comparison that ends early and late.
PAIRS = (12, 20)


def covers_nothing(equal: Arm, pairs: int) -> Counted:
    """Of equal builds, whose true effect is 0 by construction: intervals of every question from blocks of pairs
    that follow one another, no pair in two of them."""
    starts = range(0, len(equal) - pairs + 1, pairs)
    ratios = np.log(equal.values[..., 1] / equal.values[..., 0])
    blocks = (ratios[start : start + pairs, place] for start in starts for place in range(len(equal.questions)))
    return Counted.of(_covers(block.tolist(), 0.0) for block in blocks if np.isfinite(block).all())


def covers_pool(arm: Arm, metric: TimedMetric, pairs: int, trials: int, draws: Generator) -> Counted:
    """Of pairs drawn from those of a slow-down, each as often as it comes: its true effect is then that of all of
    them, of which the drawn ones are an independent sample."""
    values = np.array(arm.log_ratios(metric))
    truth = hodges_lehmann(values.tolist())
    return Counted.of(_covers(draws.choice(values, pairs).tolist(), truth) for _trial in range(trials))


def covered_by(comparisons: Sequence[ComparisonResult]) -> Counted:
    """Of whole comparisons of equal builds, which ended by the rule: every interval that was printed."""
    intervals = (one.interval_ratio for result in comparisons for one in result.judgements if one.interval_ratio)
    return Counted.of(low <= 1.0 <= high for low, high in intervals)


def _covers(log_ratios: Sequence[float], truth: float) -> bool:
    interval = signed_rank_interval(log_ratios)
    return interval is not None and interval[0] <= truth <= interval[1]
