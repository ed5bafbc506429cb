"""Operations get ready once per data set, so that a request costs the generator next to nothing.

Reads and writes share the rows of one data set, and reads must stay checkable beside writes. One rule does it:

* a write never changes a name, a key or a status: it sends the status that the row was loaded with (but for
  PilotCache, whose status carries the token, and whose reads look at the keys);
* writes that change a row of SiteStatus or ResourceStatus (reason, time of the check) go to :func:`written_rows`
  only, and reads that compare such columns to :func:`untouched_rows`;
* new rows get names that no read asks for, so only reads of a whole table see them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from scenarios.catalogue import Catalogue, StatusRow
from scenarios.operation import Call, Request

Item = TypeVar("Item")

#: What a request of one data set becomes.
ToCall = Callable[[Request], Call]


class Prepared:
    """The ``call`` of an :class:`~scenarios.operation.Operation`: ``prepare`` runs at the first call with a
    catalogue, later calls only pick from what it prepared. A catalogue is known again by identity."""

    def __init__(self, prepare: Callable[[Catalogue], ToCall]) -> None:
        self._prepare = prepare
        self._ready: dict[int, tuple[Catalogue, ToCall]] = {}

    def __call__(self, catalogue: Catalogue, request: Request) -> Call:
        ready = self._ready.get(id(catalogue))
        if ready is None:
            # holding the catalogue keeps its id from being given to another one
            ready = self._ready[id(catalogue)] = (catalogue, self._prepare(catalogue))
        return ready[1](request)


def in_turn(calls: Sequence[Call]) -> ToCall:
    """Reads: the same calls round and round."""
    count = _count(calls)
    return lambda request: calls[request.position % count]


def on_each(rows: Sequence[Item], call: Callable[[Item, str], Call]) -> ToCall:
    """Writes: ``call(row, token)`` with the rows round and round: none is written again before all were."""
    count = _count(rows)
    return lambda request: call(rows[request.position % count], request.token)


def _count(targets: Sequence[object]) -> int:
    """Their number. ValueError when there are none: a release may lack the table."""
    if not targets:
        raise ValueError("the data set has no rows for this operation")
    return len(targets)


def shuffled(catalogue: Catalogue, rows: Sequence[Item]) -> list[Item]:
    """The rows in an order that the data set's seed fixes: neighbours in the table are not asked for in a row."""
    return Random(catalogue.seed).sample(rows, len(rows))


def untouched_rows(catalogue: Catalogue, rows: Sequence[StatusRow]) -> list[StatusRow]:
    """The status rows at even positions: nothing of them ever changes."""
    return shuffled(catalogue, rows[::2])


def written_rows(catalogue: Catalogue, rows: Sequence[StatusRow]) -> list[StatusRow]:
    """The status rows at odd positions: their reason and the time of their last check change."""
    return shuffled(catalogue, rows[1::2])
