"""The exact lane: what one request of each operation makes services and database do, counted, not timed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import reduce

from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError

from harness.counted import ExactOperation, ReadAnswer
from harness.errors import StackError
from harness.measure.call_log import CallLog
from harness.measure.exact_answer import asks_for_order, summarise_answer
from harness.measure.exact_counts import merge_counts
from harness.measure.read_back import NotThereError, read_back
from harness.measure.statement_log import StatementLog
from harness.stack.lifecycle import Stack
from scenarios.answer_check import NO_METHOD, check_answer
from scenarios.catalogue import Catalogue
from scenarios.encoding import decode_answer
from scenarios.operation import Call, Operation, Request
from scenarios.rpc import Answer, CallFailedError, Message, RpcClient
from scenarios.samples import Outcome


class _WrongAnswerError(Exception):
    """The operation did not do what it should, so its counts would mean nothing."""


def count_operations(
    stack: Stack, catalogue: Catalogue, operations: Sequence[Operation], repetitions: int = 3
) -> tuple[ExactOperation, ...]:
    """Count each operation alone, ``repetitions`` times after a first call that fills the pools.

    Nothing else may use the stack meanwhile. Reads are counted before any write, so that they see the tables as
    they were loaded, and always ask for the same rows; each write goes to a row that none went to before, because
    DIRAC leaves out of an UPDATE what has not changed since. An operation that a release lacks, that is broken in
    it, or whose writes are not there when they are read back, says so in ``problem`` and leaves the others alone.
    Bytes are those of arguments and result: of the HTTP bodies, of the DISET messages without their lengths.
    StackError when the counters cannot be read, or a part of the stack has died.
    """
    counted = {}
    client = stack.client()
    calls = CallLog(stack.service_logs)
    try:
        with StatementLog(stack.database.url("performance_schema")) as log:
            for operation in sorted(operations, key=lambda operation: operation.kind):
                counter = _Counter(client, log, calls, operation, catalogue, f"exact-{secrets.token_hex(4)}")
                counted[operation.name] = counter.count(repetitions)
                stack.check()
    except SQLAlchemyError as error:
        raise StackError(f"cannot count SQL statements: {error}") from error
    finally:
        client.close()
    return tuple(counted[operation.name] for operation in operations)


@dataclass(frozen=True)
class _Counter:
    client: RpcClient
    log: StatementLog
    calls: CallLog
    operation: Operation
    catalogue: Catalogue
    token_prefix: str

    def count(self, repetitions: int) -> ExactOperation:
        try:
            with self._read_back(repetitions):
                counts = [self._count_one(number) for number in range(repetitions + 1)][1:]
        except (_WrongAnswerError, NotThereError, CallFailedError, ValueError) as error:
            absent = str(error).startswith(NO_METHOD)
            return ExactOperation(self.operation.name, (), 0, 0, 0, 0, 0, problem=str(error), absent=absent)
        # the names that a write carries are as long as they are
        request_bytes = counts[-1].request_bytes
        return reduce(merge_counts, (replace(one, request_bytes=request_bytes) for one in counts))

    def _count_one(self, number: int) -> ExactOperation:
        position = 0 if self.operation.kind == "read" else number
        call = self.operation.call(self.catalogue, Request(position, self._token(number)))
        message = self.client.prepare(self.operation.service, self.operation.method, call.arguments)
        connected = self.log.connected()
        self.calls.clear()
        self.log.clear()
        answer = self._send(message, call)
        statements = self.log.executed()
        return ExactOperation(
            operation=self.operation.name,
            statements=statements,
            rows_examined=sum(statement.rows_examined for statement in statements),
            commits=sum(statement.text == "COMMIT" for statement in statements),
            connections=self.log.connected() - connected,
            request_bytes=len(message.payload),
            response_bytes=len(answer.body),
            nested_calls=self._nested_calls(),
            answer=self._what_was_read(answer, call),
        )

    def _token(self, number: int) -> str:
        return f"{self.token_prefix}-{number}"

    def _read_back(self, last: int) -> AbstractContextManager[None]:
        column = self.operation.token_column
        return read_back(self.client, column, self._token(last)) if column else nullcontext()

    def _send(self, message: Message, call: Call) -> Answer:
        answer = self.client.send(message)
        outcome, problem = check_answer(answer, call)
        if outcome is not Outcome.ok:
            raise _WrongAnswerError(self.calls.in_words(self.operation.service, answer.status, problem))
        return answer

    def _what_was_read(self, answer: Answer, call: Call) -> ReadAnswer | None:
        if self.operation.kind == "write":
            return None
        return summarise_answer(decode_answer(answer.body)["Value"], ordered=asks_for_order(call.arguments))

    def _nested_calls(self) -> tuple[str, ...] | None:
        """What came after our own call; None when the log does not even show that."""
        own, *nested = self.calls.served(self.operation.service) or ("",)
        return tuple(nested) if own == f"{self.operation.service}.{self.operation.method}" else None
