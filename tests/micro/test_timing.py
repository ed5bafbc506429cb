"""CPU time is what pytest-benchmark gets, and the wall time of the same rounds stands beside it."""

from __future__ import annotations

import time

import pytest

from tests.micro.test_turns import of_build


def test_wall_time_is_that_of_the_last_rounds_and_cpu_time_lacks_the_waiting() -> None:
    timing = of_build("timing")
    timing.process_time()  # whatever was timed before the rounds
    rounds_s = []
    for _ in range(3):
        start_s = timing.process_time()
        time.sleep(0.02)
        rounds_s.append(timing.process_time() - start_s)
    assert timing.wall_s(3) == pytest.approx(0.02, rel=0.5)
    assert sorted(rounds_s)[1] < 0.01
