"""The sequential test: valid whenever one looks, whatever the noise, as long as sides are drawn at random."""

from __future__ import annotations

import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.stats.sequential import MINIMUM_PAIRS, Wealth, bounds, bounds_of_each, p_value

log_ratios = st.lists(st.integers(-512, 512).map(lambda value: value / 1024), min_size=1, max_size=30)


def wealth_by_hand(values: list[float], center: float) -> float:
    """Four gamblers with a quarter each; the formulas of docs/method.md, one pair after the other."""
    purses, largest = [0.25] * 4, 1.0
    for i, value in enumerate(values):
        past = values[:i]
        deviation = statistics.median(abs(x - statistics.median(past)) for x in past) if past else 0.0
        scale = (2 * 0.02 + i * 1.4826 * deviation) / (2 + i)
        distance = max(-2.0, min(2.0, (value - center) / scale))
        purses = [
            purse * math.exp(strength * distance) / math.cosh(strength * distance)
            for purse, strength in zip(purses, (0.2, 0.5, 1.2, 4.0), strict=True)
        ]
        largest = max(largest, sum(purses))
    return largest


@given(log_ratios, st.sampled_from([-0.1, 0.0, 0.013]))
def test_the_wealth_is_that_of_four_gamblers_who_bet_pair_by_pair(values: list[float], center: float) -> None:
    assert Wealth.of(values).largest(center) == pytest.approx(wealth_by_hand(values, center), rel=1e-9)


@settings(max_examples=15)
@given(st.lists(st.floats(0.001, 0.5), min_size=8, max_size=8))
def test_sides_drawn_at_random_alone_bound_the_false_alarms(sizes: list[float]) -> None:
    # all 256 ways to draw the sides of 8 pairs, equally probable if the builds are equal
    largest = sorted(
        Wealth.of([sign * size for sign, size in zip(signs, sizes, strict=True)]).largest(0.0)
        for signs in itertools.product((-1.0, 1.0), repeat=8)
    )
    for rank, wealth in enumerate(largest):
        assert (len(largest) - rank) / len(largest) <= 1.0 / wealth + 1e-9


@given(log_ratios, st.floats(-0.4, 0.4), st.floats(0.0, 0.4))
def test_the_wealth_falls_as_the_center_rises(values: list[float], center: float, further: float) -> None:
    wealth = Wealth.of(values)
    assert wealth.largest(center + further) <= wealth.largest(center) * (1.0 + 1e-9)


@given(log_ratios)
def test_swapping_the_builds_swaps_directions_and_negates_bounds(values: list[float]) -> None:
    negated = [-value for value in values]
    assert p_value(values, above=True) == p_value(negated, above=False)
    found = bounds(values, 0.05)
    assert bounds(negated, 0.05) == (found and (-found[1], -found[0]))


@given(log_ratios, st.integers(-512, 512).map(lambda value: value / 1024))
def test_a_shift_of_all_values_shifts_the_bounds(values: list[float], shift: float) -> None:
    found, shifted = bounds(values, 0.05), bounds([value + shift for value in values], 0.05)
    assert (found is None) == (shifted is None)
    if found and shifted:
        assert shifted == pytest.approx((found[0] + shift, found[1] + shift), abs=1e-6)


def test_a_bound_is_where_the_evidence_reaches_its_price() -> None:
    values = list(np.random.default_rng(3).normal(0.02, 0.01, 15))
    found = bounds(values, 0.05)
    assert found
    wealth = Wealth.of(values)
    assert wealth.largest(found[0] - 1e-6) >= 20.0 > wealth.largest(found[0] + 1e-6)
    assert wealth.mirrored().largest(-found[1] - 1e-6) >= 20.0 > wealth.mirrored().largest(-found[1] + 1e-6)


@settings(max_examples=40)
@given(st.lists(st.tuples(log_ratios, st.sampled_from([0.05, 0.00225, 0.0001])), min_size=1, max_size=6))
def test_bounds_of_many_questions_are_those_of_each(questions: list[tuple[list[float], float]]) -> None:
    """Whatever other questions there are, and however many pairs each has."""
    together = bounds_of_each([values for values, _ in questions], [error for _, error in questions])
    for (values, error), of_both in zip(questions, together, strict=True):
        wealth, alone = Wealth.of(values), bounds(values, error)
        assert of_both == alone
        if alone is not None:
            low, high = alone
            assert wealth.largest(low) >= 1 / error - 1e-6
            assert wealth.mirrored().largest(-high) >= 1 / error - 1e-6


def test_nothing_is_decided_by_too_few_pairs() -> None:
    few = [0.5] * (MINIMUM_PAIRS - 1)
    assert p_value(few, above=True) == 1.0
    assert bounds(few, 0.05) is None
    # six signs are worth 64 at most, a thousand need ten
    assert bounds([0.5] * 6, 0.05)
    assert bounds([0.5] * 9, 0.001) is None


def test_evidence_is_kept_though_later_pairs_speak_against_it() -> None:
    assert p_value([0.1] * 12 + [-0.1] * 3, above=True) == p_value([0.1] * 12, above=True) < 0.002


def test_a_thousand_pairs_that_agree_are_a_number() -> None:
    assert 0.0 < p_value([0.1] * 1_500, above=True) < 1e-100


def test_ten_percent_is_found_in_eleven_pairs_and_a_burst_costs_few_more() -> None:
    values = list(np.random.default_rng(4).normal(math.log(1.10), 0.015, 20))
    level = 0.0025
    assert p_value(values[:10], above=True) > level >= p_value(values[:11], above=True)
    values[4] = -0.30
    assert p_value(values[:20], above=True) <= level


@pytest.mark.parametrize("noise", ["normal", "t3", "two-valued", "autoregressive, sides at random"])
def test_looking_after_every_pair_raises_few_false_alarms(noise: str) -> None:
    generator = np.random.default_rng(2026)
    shape, signs = (400, 100), generator.choice([-1.0, 1.0], size=(400, 100))
    drawn = {
        "normal": lambda: generator.normal(size=shape),
        "t3": lambda: generator.standard_t(3, size=shape),
        "two-valued": lambda: signs + 0.05 * generator.normal(size=shape),
        "autoregressive, sides at random": lambda: signs * np.cumsum(generator.normal(size=shape), axis=1),
    }[noise]()
    alarms = sum(min(p_value(list(row), above=side) for side in (True, False)) <= 0.05 for row in 0.01 * drawn)
    # 400 trials at 5 %: 20 expected at most, 37 is 3.9 standard deviations more
    assert alarms <= 37
