"""Which operations a command counts and times, from the options that choose them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from harness.comparison import LANES, Lane
from scenarios.operations import OPERATIONS
from scenarios.workloads import WORKLOADS


def chosen_operations(scenarios: Sequence[str], operations: Sequence[str], mistakes: list[str]) -> tuple[str, ...]:
    """The names to compare, in the order of the suite; without a choice all."""
    known = [operation.name for operation in OPERATIONS]
    for unknown in (name for name in operations if name not in known):
        close = difflib.get_close_matches(unknown, known, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        mistakes.append(f"--operation: there is no {unknown!r}; `rssbench operations` lists them{hint}")
    chosen = {*operations, *(name for scenario in scenarios for name in WORKLOADS[scenario].operations)}
    return tuple(name for name in known if not chosen or name in chosen)


def timed_operations(
    counted: Sequence[str], lanes: Sequence[Lane], mistakes: list[str], *, chosen: bool
) -> tuple[str, ...]:
    """Of the operations that are counted, those that the paired lane times: of a choice all that can be sent again
    and again, else the standard ones."""
    kinds = {"standard", "on request"} if chosen else {"standard"}
    timed = tuple(one.name for one in OPERATIONS if one.name in counted and one.timed in kinds)
    if counted and not timed and "paired" in (lanes or LANES):
        mistakes.append(f"--operation: {', '.join(counted)} can only be counted, not timed; use --lane exact")
    return timed
