"""The interval of a counted rate, against published values and its own promise."""

from __future__ import annotations

import pytest
from scipy.stats import binom, binomtest

from harness.stats.wilson import wilson_interval


@pytest.mark.parametrize(("found", "trials"), [(0, 60), (1, 10), (81, 263), (19, 20), (400, 400)])
def test_it_is_that_of_scipy(found: int, trials: int) -> None:
    reference = binomtest(found, trials).proportion_ci(method="wilson")
    assert wilson_interval(found, trials) == pytest.approx((reference.low, reference.high), abs=1e-4)


def test_nothing_found_or_everything_found_leaves_one_side_open() -> None:
    assert wilson_interval(0, 60) == (0.0, pytest.approx(0.0602, abs=1e-4))
    assert wilson_interval(60, 60) == (pytest.approx(0.9398, abs=1e-4), 1.0)


def test_it_covers_the_true_rate_in_nineteen_of_twenty() -> None:
    true_rate, trials = 0.3, 100
    covered = sum(
        float(binom.pmf(found, trials, true_rate))
        for found in range(trials + 1)
        if wilson_interval(found, trials)[0] <= true_rate <= wilson_interval(found, trials)[1]
    )
    assert 0.93 < covered < 0.97


@pytest.mark.parametrize(("found", "trials"), [(0, 0), (3, 2), (-1, 2)])
def test_a_rate_of_nothing_is_refused(found: int, trials: int) -> None:
    with pytest.raises(ValueError, match="no rate"):
        wilson_interval(found, trials)
