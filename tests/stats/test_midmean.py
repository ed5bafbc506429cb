"""The middle of values that a few strays do not move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from harness.stats.midmean import midmean

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60).map(np.array)


@given(VALUES)
def test_it_is_the_mean_that_cuts_off_a_quarter_at_either_end(values: np.ndarray) -> None:
    assert midmean(values) == pytest.approx(stats.trim_mean(values, 0.25), rel=1e-9, abs=1e-6)


@given(VALUES)
def test_negated_values_have_the_negated_midmean(values: np.ndarray) -> None:
    assert midmean(-values) == pytest.approx(-midmean(values), rel=1e-9, abs=1e-6)


def test_one_garbage_collection_in_eight_requests_does_not_count() -> None:
    calm = np.array([1.0, 1.1, 0.9, 1.0, 1.05, 0.95, 1.0, 1.0])
    stray = calm.copy()
    stray[3] = 60.0
    assert midmean(stray) == pytest.approx(midmean(calm), rel=0.03)


def test_without_values_there_is_none() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        midmean(np.array([]))
