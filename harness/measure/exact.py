"""The exact lane: what one request of each operation makes the database do, counted, not timed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy.exc import SQLAlchemyError

from harness.measure.statement_log import StatementLog
from harness.model import ExactOperation, StackError, Statement
from harness.stack.lifecycle import Stack
from scenarios.answer_check import check_answer
from scenarios.catalogue import Catalogue
from scenarios.https_client import CallFailedError, HttpsClient, encode_arguments
from scenarios.operation import Call, Operation, Request
from scenarios.samples import Outcome


class _WrongAnswerError(Exception):
    """The operation did not do what it should, so its counts would mean nothing."""


@dataclass(frozen=True)
class _Count:
    """What one call did. Bytes are those of the HTTP bodies."""

    statements: tuple[Statement, ...]
    connections: int
    request_bytes: int
    response_bytes: int

    @property
    def counters(self) -> dict[str, object]:
        """What must be the same in every repetition. The request is not: its names are as long as they are."""
        return {
            "statements": tuple(statement.text for statement in self.statements),
            "rows_examined": tuple(statement.rows_examined for statement in self.statements),
            "rows_sent": tuple(statement.rows_sent for statement in self.statements),
            "rows_affected": tuple(statement.rows_affected for statement in self.statements),
            "connections": self.connections,
            "response_bytes": self.response_bytes,
        }


def count_operations(
    stack: Stack, catalogue: Catalogue, operations: Sequence[Operation], repetitions: int = 3
) -> tuple[ExactOperation, ...]:
    """Count each operation alone, ``repetitions`` times after a first call that fills the pools.

    Nothing else may use the stack meanwhile. Reads are counted before any write, so that they see the tables as
    they were loaded, and always ask for the same rows; each write goes to a row that none went to before, because
    DIRAC leaves out of an UPDATE what has not changed since. An operation that fails says so in ``problem``.
    StackError when the counters cannot be read, or a part of the stack has died.
    """
    prefix = f"exact-{secrets.token_hex(4)}"
    counted = {}
    client = stack.client()
    try:
        with StatementLog(stack.database.url("performance_schema")) as log:
            for operation in sorted(operations, key=lambda operation: operation.kind):
                counter = _Counter(client, log, operation, catalogue, prefix)
                counted[operation.name] = counter.count(repetitions)
                stack.check()
    except SQLAlchemyError as error:
        raise StackError(f"cannot count SQL statements: {error}") from error
    finally:
        client.close()
    return tuple(counted[operation.name] for operation in operations)


@dataclass(frozen=True)
class _Counter:
    client: HttpsClient
    log: StatementLog
    operation: Operation
    catalogue: Catalogue
    token_prefix: str

    def count(self, repetitions: int) -> ExactOperation:
        try:
            counts = [self._count_one(number) for number in range(repetitions + 1)][1:]
        except (_WrongAnswerError, CallFailedError, ValueError) as error:
            return _summary(self.operation.name, [_Count((), 0, 0, 0)], problem=str(error))
        return _summary(self.operation.name, counts)

    def _count_one(self, number: int) -> _Count:
        position = 0 if self.operation.kind == "read" else number
        call = self.operation.call(self.catalogue, Request(position, f"{self.token_prefix}-{number}"))
        form = {"method": self.operation.method, "args": encode_arguments(call.arguments)}
        connected = self.log.connected()
        self.log.clear()
        response_bytes = self._send(call)
        return _Count(
            statements=self.log.executed(),
            connections=self.log.connected() - connected,
            request_bytes=len(urlencode(form)),
            response_bytes=response_bytes,
        )

    def _send(self, call: Call) -> int:
        answer = self.client.call(self.operation.service, self.operation.method, call.arguments)
        outcome, problem = check_answer(answer, call)
        if outcome is not Outcome.ok:
            raise _WrongAnswerError(problem)
        return len(answer.body)


def _summary(name: str, counts: Sequence[_Count], problem: str | None = None) -> ExactOperation:
    """The last repetition, and which counters were different in an earlier one."""
    last = counts[-1]
    varying = [
        counter
        for counter, value in last.counters.items()
        if any(count.counters[counter] != value for count in counts)
    ]
    return ExactOperation(
        operation=name,
        statements=last.statements,
        rows_examined=sum(statement.rows_examined for statement in last.statements),
        commits=sum(statement.text == "COMMIT" for statement in last.statements),
        connections=last.connections,
        request_bytes=last.request_bytes,
        response_bytes=last.response_bytes,
        varying=tuple(varying),
        problem=problem,
    )
