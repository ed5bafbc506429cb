"""A comparison drawn from the pool ends as a real one that had measured these pairs in this order."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from harness.compare.stopping import decided
from harness.compare.verdict import judge
from harness.measure.pair_plan import CONTROL_EVERY
from harness.selftest import drawn_comparisons
from harness.selftest.drawn_comparisons import draw_comparison
from harness.selftest.pool import Arm
from harness.selftest.slowdown import EQUAL, SLOWDOWNS, Slowdown
from tests.selftest.made_pool import made_arm

SLOWER = SLOWDOWNS[-1]


@pytest.fixture(scope="module")
def equal() -> Arm:
    return made_arm(EQUAL, 40, noise=0.006)


@pytest.fixture(scope="module")
def slower() -> Arm:
    return made_arm(SLOWER, 40)


def test_a_slow_down_is_found_as_soon_as_the_rule_allows(equal: Arm, slower: Arm) -> None:
    drawn = draw_comparison(slower, equal, 100, np.random.default_rng(1))
    assert (drawn.verdict, drawn.is_decided) == ("regression", True)
    compared = drawn.judgements[0].pairs
    assert drawn.pairs - drawn.pairs // CONTROL_EVERY == compared
    assert {one.pairs for one in drawn.control} == {drawn.pairs // CONTROL_EVERY}
    order = np.random.default_rng(1).permutation(len(slower)).tolist()
    first = next(count for count in range(1, 41) if decided(judge(slower.series(order[:count]))))
    assert compared == first


def test_equal_builds_are_mostly_the_same(equal: Arm) -> None:
    draws = np.random.default_rng(2)
    verdicts = Counter(draw_comparison(equal, equal, 100, draws).verdict for _trial in range(8))
    assert verdicts["same"] + verdicts["inconclusive"] == 8
    assert verdicts["same"] > 4


def test_no_pair_is_in_a_comparison_twice(equal: Arm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is one both compared and a control."""
    used: list[list[int]] = []

    def remember(self: Arm, pairs: list[int]) -> dict:
        used.append(list(pairs))
        return series(self, pairs)

    series = Arm.series
    monkeypatch.setattr(Arm, "series", remember)
    monkeypatch.setattr(drawn_comparisons, "decided", lambda _judgements: False)
    drawn = draw_comparison(equal, equal, 1_000, np.random.default_rng(3))
    assert drawn.pairs == len(equal)
    assert not drawn.is_decided
    compared, control = used[-2], used[-1]
    assert sorted([*compared, *control]) == list(range(len(equal)))


def test_the_time_of_a_comparison_bounds_its_pairs(equal: Arm, slower: Arm) -> None:
    drawn = draw_comparison(slower, equal, 7, np.random.default_rng(4))
    assert (drawn.verdict, drawn.pairs, drawn.is_decided) == ("inconclusive", 7, False)
    assert drawn.judgements[0].pairs == 6


@pytest.mark.parametrize(("compared", "controls", "most"), [(10, 60, 12), (40, 2, 14), (4, 0, 4), (5, 0, 4)])
def test_a_pool_ends_a_comparison_where_either_kind_of_pair_ends(compared: int, controls: int, most: int) -> None:
    arms = made_arm(Slowdown("slower-10", 0.1), compared), made_arm(EQUAL, controls)
    assert draw_comparison(*arms, 1_000, np.random.default_rng(5)).pairs <= most
    assert drawn_comparisons._most(*arms, 1_000) == most
