"""Which law of growth counts at several sizes follow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.growth import Law
from harness.stats.growth_law import Point, growth_law

SIZES = st.lists(st.integers(100, 1_000_000), min_size=2, max_size=4, unique=True).map(sorted)


@pytest.mark.parametrize(
    ("law", "points"),
    [
        ("constant", [(53, 1, 1), (262, 1, 1), (652, 1, 1)]),
        ("constant", [(0, 0, 0), (7_000, 0, 0), (70_000, 0, 0)]),
        # another element at each size: one row or the four of a storage element
        ("constant", [(53, 4, 4), (262, 1, 1), (652, 4, 4)]),
        # the whole table was asked for
        ("answer", [(53, 53, 53), (262, 262, 262), (652, 652, 652)]),
        # a list that is longer at one size
        ("answer", [(53, 38, 38), (262, 32, 32), (652, 32, 32)]),
        # one row for all of them, and the sort reads it again
        ("table", [(0, 0, 0), (7_000, 7_001, 1), (70_000, 70_001, 1)]),
        # the sort reads more rows again at the larger size
        ("table", [(0, 0, 0), (7_000, 7_026, 26), (70_000, 70_107, 107)]),
        # other writes came before
        ("table", [(0, 4, 0), (7_000, 7_004, 0), (70_000, 70_004, 0)]),
        # half of the table
        ("table", [(100, 50, 1), (1_000, 500, 1), (10_000, 5_000, 1)]),
        ("unclear", [(100, 10_000, 1), (1_000, 1_000_000, 1), (10_000, 100_000_000, 1)]),
        ("unclear", [(100, 10, 1), (10_000, 100, 1), (1_000_000, 1_000, 1)]),
    ],
)
def test_the_law_of(law: Law, points: list[tuple[int, int, int]]) -> None:
    assert growth_law([Point(*point) for point in points]) == law


@given(sizes=SIZES, rows=st.integers(0, 100))
def test_a_statement_that_finds_its_rows_by_a_key_is_constant(sizes: list[int], rows: int) -> None:
    assert growth_law([Point(size, rows, rows) for size in sizes]) == "constant"


@given(sizes=SIZES)
def test_a_scan_that_answers_one_row_grows_with_the_table(sizes: list[int]) -> None:
    if sizes[-1] - sizes[0] > 10:
        assert growth_law([Point(size, size, 1) for size in sizes]) == "table"


@given(sizes=SIZES)
def test_a_scan_that_answers_everything_grows_with_the_answer(sizes: list[int]) -> None:
    if sizes[-1] - sizes[0] > 10:
        assert growth_law([Point(size, size, size) for size in sizes]) == "answer"


def test_one_size_says_nothing_of_growth() -> None:
    with pytest.raises(ValueError, match="two sizes or more"):
        growth_law([Point(1, 1, 1)])
