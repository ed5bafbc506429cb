"""Intervals cover the true effect in 95 % of cases, and it is seen when they do not."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from harness.selftest.coverage import covered_by, covers_nothing, covers_pool
from harness.selftest.slowdown import EQUAL, SLOWDOWNS
from harness.stats.wilson import wilson_interval
from tests.reports.synthetic_comparison import same
from tests.selftest.made_pool import made_arm


def test_intervals_of_equal_builds_hold_zero() -> None:
    counted = covers_nothing(made_arm(EQUAL, 240), 12)
    assert counted.trials == 20 * 10  # blocks, questions
    assert 0.90 < counted.found / counted.trials < 0.99


def test_equal_builds_that_differ_are_noticed() -> None:
    counted = covers_nothing(made_arm(EQUAL, 240, shift=0.01), 12)
    assert counted.found / counted.trials < 0.9


def test_a_pool_smaller_than_a_block_says_nothing() -> None:
    assert covers_nothing(made_arm(EQUAL, 11), 12) == (0, 0)


@pytest.mark.parametrize("pairs", [12, 20])
def test_intervals_of_a_slow_down_hold_that_of_the_whole_pool(pairs: int) -> None:
    counted = covers_pool(made_arm(SLOWDOWNS[2], 60), "service_cpu", pairs, 600, np.random.default_rng(1))
    low, high = wilson_interval(*counted)
    assert low < 0.955 < high + 0.01


def test_intervals_that_whole_comparisons_printed_are_counted() -> None:
    result = same()
    shown = [one for one in result.judgements if one.interval_ratio]
    held = [one for one in shown if one.interval_ratio[0] <= 1 <= one.interval_ratio[1]]
    assert covered_by([result, result]) == (2 * len(held), 2 * len(shown))
    unknown = tuple(replace(one, interval_ratio=None) for one in result.judgements)
    assert covered_by([replace(result, judgements=unknown)]) == (0, 0)
