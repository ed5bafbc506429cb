import math
from collections.abc import Callable

import pytest

from reports.units import MISSING, bytes_text, count, duration_text, percent, plural, rate, time_text, time_unit


@pytest.mark.parametrize(
    ("time_s", "text"),
    [
        (0.00231, "2.31 ms"),
        (0.000_042, "42.0 µs"),
        (12.5, "12.5 s"),
        (0.25, "250 ms"),
        (0.0, "0 µs"),
        (None, MISSING),
    ],
)
def test_a_time_has_three_significant_digits_and_the_unit_that_suits_it(time_s: float | None, text: str) -> None:
    assert time_text(time_s) == text


@pytest.mark.parametrize(
    "text", [time_text, duration_text, bytes_text, count, rate, percent, time_unit([0.002]).number]
)
@pytest.mark.parametrize("missing", [None, math.nan])
def test_a_number_that_does_not_exist_is_a_dash_and_never_zero(
    text: Callable[[float | None], str], missing: float | None
) -> None:
    assert text(missing) == MISSING


def test_one_table_has_one_unit_in_which_its_smallest_number_keeps_its_digits() -> None:
    unit = time_unit([0.00231, 1.9, None, math.nan])
    assert unit.symbol == "ms"
    assert [unit.number(0.00231), unit.number(1.9)] == ["2.31", "1,900.00"]


def test_a_table_of_microseconds_is_in_microseconds() -> None:
    unit = time_unit([0.000_05, 0.000_09])
    assert (unit.symbol, unit.number(0.000_05)) == ("µs", "50.0")


def test_a_table_without_times_still_has_a_unit() -> None:
    assert time_unit([]).symbol == "ms"


@pytest.mark.parametrize(
    ("span_s", "text"), [(1.0, "1 s"), (2.55, "2.55 s"), (160.2, "2 min 40 s"), (7_260.0, "2 h 1 min")]
)
def test_a_span_is_told_as_a_person_would(span_s: float, text: str) -> None:
    assert duration_text(span_s) == text


def test_sizes_are_binary_and_counts_separated() -> None:
    assert bytes_text(193_000_000) == "184 MiB"
    assert bytes_text(8 * 1024**3) == "8.00 GiB"
    assert count(5_123) == "5,123"
    assert [plural(1, "error"), plural(0, "error"), plural(1_200, "error")] == [
        "1 error",
        "0 errors",
        "1,200 errors",
    ]
