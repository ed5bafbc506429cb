"""What is stated as detectable is what simulation finds, and nothing is stated where nothing can be found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.stats.paired import hodges_lehmann
from harness.stats.power import POWER_RATIO, smallest_detectable
from harness.stats.sequential import bounds


def needed(noise: list[float], error_ratio: float, margin: float) -> float:
    """The smallest effect that the rule finds on top of ``noise``: evidence against 0, and the estimate beyond."""
    of_noise = bounds(noise, error_ratio / 2.0)
    return np.inf if of_noise is None else max(-of_noise[0], margin - hodges_lehmann(noise))


@pytest.mark.parametrize(
    ("pairs", "deviation", "error_ratio", "margin"),
    [
        (20, 0.01, 0.00225, 0.005),
        (40, 0.0135, 0.001, 0.01),
        (40, 0.05, 0.00009, 0.01),
        (100, 0.01, 0.00225, 0.005),
    ],
)
def test_a_change_of_the_stated_size_is_found_with_the_stated_power(
    pairs: int, deviation: float, error_ratio: float, margin: float
) -> None:
    noise = np.random.default_rng(2026).normal(0.0, deviation, size=(400, pairs))
    stated = np.median([smallest_detectable(list(row), error_ratio, margin) or np.inf for row in noise[:100]])
    measured = np.quantile([needed(list(row), error_ratio, margin) for row in noise], POWER_RATIO)
    assert stated == pytest.approx(measured, rel=0.20)


def test_nothing_is_detectable_where_the_level_is_out_of_reach() -> None:
    # twelve signs are worth 2**12 at most, this level asks for twice 16,000
    assert smallest_detectable([0.01, -0.01] * 6, 1 / 16_000, 0.005) is None
    assert smallest_detectable([0.01, -0.01] * 20, 1 / 16_000, 0.005)


@given(st.lists(st.integers(-512, 512).map(lambda value: value / 1024), min_size=12, max_size=30))
def test_it_is_the_same_for_the_swapped_builds_and_beyond_the_margin(values: list[float]) -> None:
    stated = smallest_detectable(values, 0.005, 0.01)
    assert stated == smallest_detectable([-value for value in values], 0.005, 0.01)
    assert stated is None or stated >= 0.01
