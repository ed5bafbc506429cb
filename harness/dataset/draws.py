"""Random draws that are the same on every machine and every Python."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from harness.dataset.profiles import Profile

#: The instant at which every data set was taken; all its times are relative to it, none to the clock.
EPOCH = datetime(2026, 1, 1)  # noqa: DTZ001 - DATETIME columns have no time zone; DIRAC keeps UTC in them

_Item = TypeVar("_Item")


class Draws:
    """The stream of draws of one table. Tables do not share one, so that none changes when another does.

    Built on ``Random.random`` alone: the only method whose sequence Python promises to keep between releases.
    """

    def __init__(self, profile: Profile, seed: int, table: str) -> None:
        self.ratio = Random(f"{profile.name} {seed} {table}").random

    def below(self, limit: int) -> int:
        """A whole number from 0 to ``limit`` - 1."""
        return int(self.ratio() * limit)

    def one_of(self, items: Sequence[_Item]) -> _Item:
        return items[int(self.ratio() * len(items))]


def instant(seconds_before_epoch: float) -> str:
    """A time as the database prints it, ``YYYY-MM-DD HH:MM:SS``; times to come are negative."""
    return (EPOCH - timedelta(seconds=int(seconds_before_epoch))).isoformat(sep=" ")
