"""A service that stands still is seen by our generator as it is, and by a closed loop nearly not."""

from __future__ import annotations

import pytest

from harness.selftest.stall.stall_truth import Stall, measure_stall


def test_the_truth_of_a_stall() -> None:
    """Of a uniform arrival, one in a hundred waits longer."""
    stall = Stall(length_s=1.0, period_s=10.0)
    waits = [max(0.0, stall.length_s - place / 1_000) for place in range(10_000)]
    longer = sum(wait > stall.p99_s for wait in waits)
    assert longer == pytest.approx(len(waits) / 100, abs=1)


@pytest.mark.stack
def test_our_generator_sees_it_and_a_closed_loop_does_not() -> None:
    ours, stock = measure_stall(Stall(length_s=0.4, period_s=2.0), periods=3)
    assert ours.requests == pytest.approx(600, abs=2)
    assert ours.p99_s == pytest.approx(ours.truth_s, rel=0.25)
    assert ours.p99_s >= ours.truth_s - 0.02
    assert 0 < stock.requests < ours.requests
    assert ours.p95_s > 0.2 > stock.p95_s
