"""The changes of a history in the order in which they are read, those of one cause as one (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.history import HistoryChange


@dataclass(frozen=True)
class ChangeGroup:
    """Changes that are told as one: the sizes of messages of many operations, which a new encoding changes alike.
    ``changes`` has at least one."""

    changes: tuple[HistoryChange, ...]

    @property
    def first(self) -> HistoryChange:
        return self.changes[0]


def grouped(changes: Iterable[HistoryChange]) -> list[ChangeGroup]:
    """All operations together first, then what is counted and timed of single ones, then sizes of messages."""
    groups: dict[object, list[HistoryChange]] = {}
    for place, one in enumerate(sorted(changes, key=_rank)):
        alike = (one.earlier, one.later, one.metric, one.worse, one.recovered_in)
        groups.setdefault(alike if _rank(one) == _SIZES else place, []).append(one)
    return [ChangeGroup(tuple(group)) for group in groups.values()]


_TOGETHER, _SINGLE, _SIZES = range(3)


def _rank(change: HistoryChange) -> int:
    if change.metric.endswith("bytes"):
        return _SIZES
    return _TOGETHER if change.operation is None else _SINGLE
