"""When a rate reaches its aim, misses it, or leaves it open."""

from __future__ import annotations

import pytest

from harness.selftest.rates import Counted
from harness.selftest.standing import at_least, at_most, none_in, within


@pytest.mark.parametrize(
    ("found", "trials", "standing"),
    [(0, 99, "open"), (0, 100, "reached"), (10, 1_000, "reached"), (12, 1_000, "open"), (30, 1_000, "missed")],
)
def test_at_most_one_percent(found: int, trials: int, standing: str) -> None:
    assert at_most(Counted(found, trials), 0.01, 100) == standing


@pytest.mark.parametrize(
    ("found", "trials", "standing"),
    [(19, 20, "reached"), (5, 5, "open"), (18, 20, "open"), (10, 20, "missed"), (0, 0, "open")],
)
def test_at_least_95_percent(found: int, trials: int, standing: str) -> None:
    assert at_least(Counted(found, trials), 0.95, 20) == standing


@pytest.mark.parametrize(
    ("found", "standing"), [(380, "reached"), (372, "reached"), (391, "open"), (398, "missed"), (350, "missed")]
)
def test_between_93_and_97_percent(found: int, standing: str) -> None:
    assert within(Counted(found, 400), (0.93, 0.97), 100) == standing


def test_one_false_alarm_is_one_too_many() -> None:
    assert none_in(Counted(0, 59), 60) == "open"
    assert none_in(Counted(0, 60), 60) == "reached"
    assert none_in(Counted(1, 3), 60) == "missed"


def test_no_trial_has_no_rate() -> None:
    with pytest.raises(ValueError, match="no rate"):
        Counted.of([]).rate()
