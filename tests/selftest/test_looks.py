"""A look that is left out is one that decides nothing: checked against the rule itself, at every look."""

from __future__ import annotations

import numpy as np
import pytest

from harness.compare.stopping import decided
from harness.compare.verdict import Series, judge
from harness.selftest.looks import Looks
from harness.selftest.slowdown import EQUAL, SLOWDOWNS, Slowdown
from tests.selftest.made_pool import made_arm

PAIRS = 26


@pytest.mark.parametrize(
    ("slowdown", "noise"), [(EQUAL, 0.004), (EQUAL, 0.008), (SLOWDOWNS[1], 0.004), (SLOWDOWNS[-1], 0.01)]
)
def test_every_look_that_decides_is_among_them(slowdown: Slowdown, noise: float) -> None:
    arm = made_arm(slowdown, PAIRS, noise=noise)
    looks = Looks.at(arm.series(range(PAIRS)))
    deciding = [count for count in range(1, PAIRS + 1) if decided(judge(arm.series(range(count))))]
    assert deciding
    assert all(looks.may_decide(count) for count in deciding)


def test_most_looks_are_left_out() -> None:
    """Of equal builds; else nothing is gained."""
    arm = made_arm(EQUAL, PAIRS, noise=0.004)
    looks = Looks.at(arm.series(range(PAIRS)))
    first = next(count for count in range(1, PAIRS + 1) if looks.may_decide(count))
    deciding = next(count for count in range(1, PAIRS + 1) if decided(judge(arm.series(range(count)))))
    assert deciding - 3 <= first <= deciding


def test_a_pair_without_a_value_is_left_to_the_rule() -> None:
    series = made_arm(EQUAL, 8).series(range(8))
    question = next(iter(series))
    lacking = Series(series[question].baseline, (np.nan, *series[question].contender[1:]))
    with pytest.raises(ValueError, match="lacks a value"):
        Looks.at({**series, question: lacking})
