"""How the rows that a statement examines grow with the table that it reads: a law found by exact counts (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harness.growth import Law

#: Two counts that differ by so many rows are the same: a sort reads its result again, a write adds a row.
SLACK_ROWS = 4

#: And so are two shares of a table that differ by no more than this.
SLACK_RATIO = 0.02


class Point(NamedTuple):
    """One size of the table: rows that it holds, that the statement examined, that it answered or changed."""

    stored: int
    examined: int
    answered: int


def growth_law(points: Sequence[Point]) -> Law:
    """The first of these that holds at every size, the cheapest first.

    ``constant``: as many rows whatever the size. ``answer``: the rows that it answers, and no others. ``table``:
    every row of the table, or the same share of it, answered or not. ``unclear``: none of these. ValueError with
    fewer than two sizes: one says nothing of growth.
    """
    if len(points) < 2:
        raise ValueError("a law of growth needs counts at two sizes or more")
    if _alike([point.examined for point in points]):
        return "constant"
    if _alike([point.examined - point.answered for point in points]):
        return "answer"
    if _alike([point.examined - point.stored for point in points]):
        return "table"
    # the sort of an answer reads it once more
    if _alike([point.examined - point.stored - point.answered for point in points]):
        return "table"
    shares = [point.examined / point.stored for point in points if point.stored]
    if len(shares) >= 2 and max(shares) - min(shares) <= SLACK_RATIO * max(shares):
        return "table"
    return "unclear"


def _alike(counts: Sequence[int]) -> bool:
    return max(counts) - min(counts) <= SLACK_ROWS
