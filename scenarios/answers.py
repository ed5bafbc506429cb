"""Checks of the value of an answer: each says what is wrong, or returns None.

Values are JSON as DIRAC sends it: a row is a list, an instant ``{"__dCls": "dt", "obj": "YYYY-MM-DD HH:MM:SS"}``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Check = Callable[[object], str | None]


def dirac_instant(text: str) -> dict[str, str]:
    """An instant (``YYYY-MM-DD HH:MM:SS``, UTC) as DIRAC's JSON has it, in arguments and answers."""
    return {"__dCls": "dt", "obj": text}


def nothing(value: object) -> str | None:
    """A write answers without a value."""
    return None if value is None else f"expected no value, got {_short(value)}"


def exactly(rows: Iterable[list[Any]]) -> Check:
    """These rows, in any order."""
    expected = sorted(rows, key=repr)

    def check(value: object) -> str | None:
        if value == expected or (isinstance(value, list) and sorted(value, key=repr) == expected):
            return None
        return f"expected {_short(expected)}, got {_short(value)}"

    return check


def columns(
    expected: Iterable[list[Any]],
    positions: tuple[int, ...],
    known: Callable[[list[Any]], bool] = lambda _row: True,
) -> Check:
    """As :func:`exactly`, but only the columns at these positions are compared, and only of ``known`` rows."""
    compare = exactly(expected)

    def check(value: object) -> str | None:
        if not isinstance(value, list) or any(len(row) <= positions[-1] for row in value):
            return f"expected rows of more than {positions[-1]} columns, got {_short(value)}"
        return compare([[row[position] for position in positions] for row in value if known(row)])

    return check


def at_least(count: int, row: list[Any]) -> Check:
    """A whole table: none of the loaded rows is missing (others may have come), and ``row`` is among them."""

    def check(value: object) -> str | None:
        if not isinstance(value, list) or len(value) < count:
            found = len(value) if isinstance(value, list) else _short(value)
            return f"expected {count} rows or more, got {found}"
        return None if row in value else f"row {_short(row)} is missing in {len(value)} rows"

    return check


def rows_of(width: int, *, fewest: int, most: int | None = None) -> Check:
    """Rows of so many columns, whose values and exact number nobody knows beforehand."""

    def check(value: object) -> str | None:
        if not isinstance(value, list) or len(value) < fewest or (most is not None and len(value) > most):
            return f"expected {fewest} to {'any number of' if most is None else most} rows, got {_short(value)}"
        if value and len(value[0]) != width:
            return f"expected rows of {width} columns, got {_short(value[0])}"
        return None

    return check


def deleted(most: int) -> Check:
    """The number of rows that a delete removed: as many as match, fewer if another delete came first."""

    def check(value: object) -> str | None:
        if isinstance(value, int) and 0 <= value <= most:
            return None
        return f"expected at most {most} deleted rows, got {_short(value)}"

    return check


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]} ..."
