"""The diff of two lists of SQL statements by their texts (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from harness.comparison import StatementChange

#: Lines of unchanged statements that are shown before and after a change.
CONTEXT_LINES = 2

#: Text of a line that stands for ``times`` unchanged statements.
LEFT_OUT = "…"

#: A statement's place in the baseline and in the contender; None where it is missing.
Pair = tuple[int | None, int | None]


def aligned(baseline: Sequence[str], contender: Sequence[str]) -> list[Pair]:
    """Each statement of both sides once, in order: those with equal texts side by side, else removed before added.

    What is equal at both ends is kept, so one statement more or less is exactly that. Swapping the sides swaps the
    pairs.
    """
    limit = min(len(baseline), len(contender))
    start = next((place for place in range(limit) if baseline[place] != contender[place]), limit)
    limit -= start
    end = next((place for place in range(limit) if baseline[-1 - place] != contender[-1 - place]), limit)
    pairs: list[Pair] = [(place, place) for place in range(start)]
    last_baseline, last_contender = len(baseline) - end, len(contender) - end
    for removed, added in _matched(baseline[start:last_baseline], contender[start:last_contender]):
        pairs.append((None if removed is None else start + removed, None if added is None else start + added))
    return [*pairs, *((last_baseline + place, last_contender + place) for place in range(end))]


def statement_changes(baseline: Sequence[str], contender: Sequence[str]) -> tuple[StatementChange, ...]:
    """The diff, empty when there is none. Equal neighbours are one line; of long unchanged stretches the ends are
    shown."""
    lines = []
    for (change, text), group in groupby(_changes(baseline, contender)):
        lines.append(StatementChange(change, len(list(group)), text))
    if all(line.change == "kept" for line in lines):
        return ()
    return tuple(_shortened(lines))


def _matched(baseline: Sequence[str], contender: Sequence[str]) -> Iterator[Pair]:
    """As difflib pairs them. It breaks ties by the order of its arguments, so they always come in the same one."""
    swapped = list(contender) < list(baseline)
    first, second = (contender, baseline) if swapped else (baseline, contender)
    for _, *places in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        removed_from, removed_to, added_from, added_to = places[2:] + places[:2] if swapped else places
        if baseline[removed_from:removed_to] == contender[added_from:added_to]:
            yield from zip(range(removed_from, removed_to), range(added_from, added_to), strict=True)
        else:
            yield from ((place, None) for place in range(removed_from, removed_to))
            yield from ((None, place) for place in range(added_from, added_to))


def _changes(
    baseline: Sequence[str], contender: Sequence[str]
) -> Iterator[tuple[Literal["added", "removed", "kept"], str]]:
    for removed, added in aligned(baseline, contender):
        if removed is None:
            assert added is not None
            yield "added", contender[added]
        else:
            yield "removed" if added is None else "kept", baseline[removed]


def _shortened(lines: list[StatementChange]) -> Iterator[StatementChange]:
    stretches = [(kept, list(group)) for kept, group in groupby(lines, lambda line: line.change == "kept")]
    for number, (kept, stretch) in enumerate(stretches):
        head = CONTEXT_LINES if number > 0 else 0
        tail = CONTEXT_LINES if number < len(stretches) - 1 else 0
        if not kept or len(stretch) <= head + tail + 1:
            yield from stretch
            continue
        yield from stretch[:head]
        left_out = stretch[head : len(stretch) - tail]
        yield StatementChange("kept", sum(line.times for line in left_out), LEFT_OUT)
        yield from stretch[len(stretch) - tail :]
