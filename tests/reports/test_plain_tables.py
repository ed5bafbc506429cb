"""Which columns of a table are numbers."""

from __future__ import annotations

import pytest

from reports.plain_tables import Table, number_columns
from reports.units import MISSING


@pytest.mark.parametrize(
    "cells",
    [
        ("1,234", MISSING),
        ("210 ms", "1.00 s", "600 µs"),
        ("25.0 to 26.5",),
        ("+2.0% (-1.0% to +4.0%)", "+1.5%"),
        ("3.00 s (2.00 s to 5.00 s)",),
        ("0 / 7,001 / 70,001",),
    ],
)
def test_numbers_with_units_ranges_and_dashes_are_numbers(cells: tuple[str, ...]) -> None:
    assert number_columns(Table("", ("value",), [(cell,) for cell in cells])) == {0}


@pytest.mark.parametrize("cell", ["9.1.22", "15 threads", "Active", "", "12 rows", "0 / 7,001 and more"])
def test_anything_else_is_text(cell: str) -> None:
    table = Table("", ("name", "value", "count"), [("one", "1", "2"), ("other", cell, "3")])
    assert number_columns(table) == {2}


def test_a_table_without_rows_has_none() -> None:
    assert number_columns(Table("", ("name", "value"), [])) == set()
