"""A greenlet wakes at its instant."""

import time
from collections.abc import Iterator

import gevent
import pytest

from scenarios.precise_timer import PreciseTimer


@pytest.fixture
def timer() -> Iterator[PreciseTimer]:
    timer = PreciseTimer()
    yield timer
    timer.close()


def test_it_never_wakes_early_and_can_be_used_again(timer: PreciseTimer) -> None:
    for _ in range(20):
        instant_ns = time.monotonic_ns() + 1_300_000
        timer.wait_until(instant_ns)
        assert time.monotonic_ns() >= instant_ns


def test_an_instant_that_has_passed_is_no_wait_and_no_switch(timer: PreciseTimer) -> None:
    ran = []
    other = gevent.spawn(ran.append, 1)
    timer.wait_until(time.monotonic_ns() - 1)
    assert ran == []
    other.join()


def test_other_greenlets_run_meanwhile(timer: PreciseTimer) -> None:
    ran = []
    gevent.spawn(ran.append, 1)
    timer.wait_until(time.monotonic_ns() + 1_000_000)
    assert ran == [1]


def test_a_wait_that_was_killed_leaves_the_timer_usable(timer: PreciseTimer) -> None:
    waiting = gevent.spawn(timer.wait_until, time.monotonic_ns() + 3_600_000_000_000)
    gevent.sleep(0)
    waiting.kill()
    instant_ns = time.monotonic_ns() + 1_000_000
    timer.wait_until(instant_ns)
    assert 0 <= time.monotonic_ns() - instant_ns < 1_000_000_000
