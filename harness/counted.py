"""What one request costs where it can be counted: SQL, rows, connections, nested calls, bytes."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

#: Of the lane exact: what rises at all, or for bytes beyond a margin, is a regression. Rows examined are those
#: that the database read, rows sent those that it answered with.
CounterName = Literal[
    "statements",
    "rows_examined",
    "rows_sent",
    "commits",
    "connections",
    "nested_calls",
    "request_bytes",
    "response_bytes",
]
COUNTERS: tuple[CounterName, ...] = get_args(CounterName)

#: Of these, those that are sizes and not events.
BYTES: tuple[CounterName, ...] = ("request_bytes", "response_bytes")


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One normalised SQL statement in the order it was sent, as performance_schema saw it."""

    text: str
    rows_examined: int
    rows_sent: int
    rows_affected: int
    #: whether the server read a table from its beginning to its end, for want of an index
    full_scan: bool = False


class ReadAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a read answered. ``digest`` is that of the whole value, whose rows are sorted unless the call asked for
    an order; ``rows`` is None when it is no list; ``beginning`` is the JSON text as far as it was kept."""

    digest: str
    rows: int | None
    beginning: str


class ExactOperation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one request of an operation makes the services and the database do, counted alone on a quiet stack."""

    operation: str
    statements: tuple[Statement, ...]
    rows_examined: int
    commits: int
    connections: int
    request_bytes: int
    response_bytes: int
    #: counters that differed between repetitions or processes and therefore say nothing exact
    varying: tuple[str, ...] = ()
    #: what was wrong with the answer, so that nothing could be counted
    problem: str | None = None
    #: the service does not have the method; ``problem`` is what it answered
    absent: bool = False
    #: calls that the services made to one another meanwhile, as ``<service>.<method>``
    nested_calls: tuple[str, ...] | None = None
    #: None for a write
    answer: ReadAnswer | None = None


def count_of(counted: ExactOperation, counter: CounterName) -> int | None:
    """None of nested calls where the log does not show them."""
    if counter == "statements":
        return len(counted.statements)
    if counter == "rows_sent":
        return sum(statement.rows_sent for statement in counted.statements)
    if counter == "nested_calls":
        return None if counted.nested_calls is None else len(counted.nested_calls)
    return int(getattr(counted, counter))
