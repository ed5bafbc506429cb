"""Which counters of the exact lane are the same whenever they are counted (pure)."""

from __future__ import annotations

from msgspec.structs import replace

from harness.counted import BYTES, ExactOperation


def merge_counts(first: ExactOperation, second: ExactOperation) -> ExactOperation:
    """The values of ``second``; ``varying`` names what was not the same in ``first``, or varied in either before.

    An operation that failed in either is the one that failed. ValueError when they are different operations.
    """
    if first.operation != second.operation:
        raise ValueError(f"{first.operation} and {second.operation} are different operations")
    for one in (first, second):
        if one.problem is not None:
            return one
    before, after = _counters(first), _counters(second)
    varying = [
        counter
        for counter, value in after.items()
        if value != before[counter] or counter in first.varying or counter in second.varying
    ]
    return replace(second, varying=tuple(varying))


def without_bytes(counted: ExactOperation) -> ExactOperation:
    """Of a build that is compared with one behind another front door: what protocols add decides nothing."""
    return replace(counted, varying=tuple(dict.fromkeys((*counted.varying, *BYTES))))


def _counters(counted: ExactOperation) -> dict[str, object]:
    """Everything that was counted, statement by statement, by the name that ``varying`` uses."""
    return {
        "statements": tuple(statement.text for statement in counted.statements),
        "rows_examined": tuple(statement.rows_examined for statement in counted.statements),
        "rows_sent": tuple(statement.rows_sent for statement in counted.statements),
        "rows_affected": tuple(statement.rows_affected for statement in counted.statements),
        "commits": counted.commits,
        "connections": counted.connections,
        "nested_calls": counted.nested_calls,
        "request_bytes": counted.request_bytes,
        "response_bytes": counted.response_bytes,
        "answer": counted.answer and counted.answer.digest,
    }
