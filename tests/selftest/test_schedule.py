"""What is measured next is drawn in proportion to what is missing, and is the same when it is continued."""

from __future__ import annotations

from collections import Counter

from harness.selftest.schedule import next_of


def drawn(missing: dict[str, int], *, first: int = 1) -> list[str]:
    left, order = dict(missing), []
    while name := next_of(3, first + len(order), left):
        left[name] -= 1
        order.append(name)
    return order


def test_everything_that_is_missing_is_measured_once() -> None:
    assert Counter(drawn({"equal": 10, "slower-1": 6, "slower-2": 0})) == {"equal": 10, "slower-1": 6}


def test_no_size_has_an_hour_of_its_own() -> None:
    order = drawn({"equal": 100, "slower-1": 60, "slower-10": 60})
    for name, count in (("equal", 100), ("slower-1", 60), ("slower-10", 60)):
        in_first_half = order[: len(order) // 2].count(name)
        assert abs(in_first_half - count / 2) < 0.2 * count


def test_what_is_continued_is_as_if_it_had_not_been_interrupted() -> None:
    order = drawn({"equal": 20, "slower-1": 20})
    left = Counter({"equal": 20, "slower-1": 20}) - Counter(order[:13])
    assert drawn(dict(left), first=14) == order[13:]


def test_more_than_was_wanted_is_not_missing() -> None:
    assert next_of(1, 5, {"equal": -3}) is None
