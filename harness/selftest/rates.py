"""Counting trials."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Self

from harness.selftest_result import Rate
from harness.stats.wilson import wilson_interval


class Counted(NamedTuple):
    """How often something came."""

    found: int
    trials: int

    @classmethod
    def of(cls, outcomes: Iterable[bool]) -> Self:
        found = [bool(one) for one in outcomes]
        return cls(sum(found), len(found))

    def rate(self) -> Rate:
        """ValueError without a trial."""
        return Rate(self.found, self.trials, *wilson_interval(self.found, self.trials))
