"""The difference between two clocks is known to half of what the fastest exchange took."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.remote.clock import ClockReading, Exchange, drift_ratio, jump_ns, read_clock

MS = 1_000_000
S = 1_000_000_000

durations = st.integers(0, 10 * S)
differences = st.integers(-(10**16), 10**16)


def exchange(difference_ns: int, there_ns: int, work_ns: int, back_ns: int, asked_ns: int = 5 * S) -> Exchange:
    """One with a worker whose clock is ahead by ``difference_ns``."""
    received_ns = asked_ns + there_ns + difference_ns
    answered_ns = received_ns + work_ns
    return Exchange(asked_ns, received_ns, answered_ns, answered_ns - difference_ns + back_ns)


def test_with_equal_ways_the_difference_is_exact() -> None:
    one = exchange(1000 * S, 2 * MS, 7 * MS, 2 * MS)
    assert (one.difference_ns, one.error_ns) == (1000 * S, 2 * MS)


@given(differences, durations, durations, durations)
def test_the_true_difference_is_always_within_the_error(
    difference_ns: int, there_ns: int, work_ns: int, back_ns: int
) -> None:
    one = exchange(difference_ns, there_ns, work_ns, back_ns)
    assert abs(one.difference_ns - difference_ns) <= one.error_ns + 1


def test_the_fastest_exchange_is_believed() -> None:
    slow, fast = exchange(3 * S, 40 * MS, 0, 0), exchange(3 * S, 1 * MS, 0, 0, asked_ns=6 * S)
    reading = read_clock([slow, fast, slow])
    assert reading == ClockReading(fast.answered_ns, fast.difference_ns, fast.error_ns)


def test_a_clock_that_runs_as_clocks_do_has_not_jumped() -> None:
    first = ClockReading(0, 0, MS)
    assert jump_ns(first, ClockReading(100 * S, 20 * MS, MS)) is None, "200 ppm"
    assert jump_ns(first, ClockReading(S, -2 * MS, MS)) is None, "within both errors"


@pytest.mark.parametrize("moved_ns", [250 * MS, -250 * MS])
def test_a_clock_that_was_moved_has_jumped(moved_ns: int) -> None:
    assert jump_ns(ClockReading(0, S, MS), ClockReading(20 * S, S + moved_ns, MS)) == moved_ns


def test_drift_is_what_the_difference_gains_per_second() -> None:
    first, last = ClockReading(0, 5 * S, MS), ClockReading(10 * S, 5 * S + MS, MS)
    assert drift_ratio(first, last) == pytest.approx(1e-4)
    assert drift_ratio(first, first) == 0.0
