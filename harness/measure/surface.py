"""Which operations a stack does not answer rightly, and what it says instead."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from harness.measure.call_log import CallLog
from harness.stack.lifecycle import Stack
from scenarios.answer_check import check_answer
from scenarios.catalogue import read_catalogue
from scenarios.operation import Operation, Request
from scenarios.samples import Outcome


def problems_of(stack: Stack, operations: Sequence[Operation]) -> dict[str, str]:
    """Send each operation once, reads first, through the stack's first front door.

    scenarios.rpc.CallFailedError when a service does not answer at all.
    """
    catalogue = read_catalogue(stack.catalogue_file)
    log = CallLog(stack.service_logs)
    problems = {}
    with closing(stack.client()) as client:
        for operation in sorted(operations, key=lambda operation: operation.kind):
            call = operation.call(catalogue, Request(0, "surface"))
            log.clear()
            answer = client.send(client.prepare(operation.service, operation.method, call.arguments))
            outcome, problem = check_answer(answer, call)
            if outcome is not Outcome.ok:
                problems[operation.name] = log.in_words(operation.service, answer.status, problem)
    return problems
