"""What one evaluation of an element makes agent, services and database do, counted, not timed."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError

from harness import command
from harness.counted import ExactOperation, ReadAnswer, Statement
from harness.errors import StackError
from harness.measure.evaluated_elements import EvaluatedElement
from harness.measure.exact_counts import merge_counts
from harness.measure.policy_bench import PolicyBench
from harness.measure.statement_log import StatementLog
from harness.policy_costs import ROWS_WRITTEN, CountedEvaluation
from harness.stack.agent_configuration import CHOICES
from harness.stack.policy_agent import EvaluationAnswer

#: What is counted of every type of element: no action, each action alone, and all of them.
COUNTED_CHOICES = ("none", "LogPolicyResultAction", "LogStatusAction", "EmailAction", "SlackAction", "all")

#: LogStatusAction may write one row several times. DIRAC's instants are whole seconds and an UPDATE that would
#: change nothing is left out, so a second that ends meanwhile is an UPDATE more: such an evaluation begins early
#: in a second and counts only if it ended in the same, as long as it can.
_LATEST_BEGIN_S = 0.2
_MOST_TRIES = 3

_WRITTEN = re.compile(r"^(?:INSERT INTO|UPDATE|DELETE FROM) (?:`\w+`\.)?`(\w+)`")


def count_evaluations(
    bench: PolicyBench, choices: Sequence[str] = COUNTED_CHOICES, repetitions: int = 2
) -> tuple[CountedEvaluation, ...]:
    """Each element with each choice of actions, ``repetitions`` times after one evaluation that fills caches and
    pools. The rows are put back before each. Nothing else may use the stack meanwhile.

    StackError when the counters cannot be read, or a part of the stack has died.
    """
    counted: list[CountedEvaluation] = []
    try:
        with StatementLog(bench.stack.database.url("performance_schema")) as log:
            counter = _Counter(bench, log)
            for element in bench.elements:
                bench.make_ready(element)
                bench.agent.evaluate("all")
                counted += [
                    _merged([counter.count_one(element, choice) for _ in range(repetitions)]) for choice in choices
                ]
    except SQLAlchemyError as error:
        raise StackError(f"cannot count SQL statements: {error}") from error
    return tuple(counted)


@dataclass(frozen=True)
class _Counter:
    bench: PolicyBench
    log: StatementLog

    def count_one(self, element: EvaluatedElement, choice: str) -> CountedEvaluation:
        bench, log = self.bench, self.log
        tries = _MOST_TRIES if "LogStatusAction" in CHOICES[choice] else 1
        for left in reversed(range(tries)):
            bench.make_ready(element)
            connected = log.connected()
            if tries > 1:
                _wait_for_early_second()
            log.clear()
            second = int(time.time())
            answer = bench.agent.evaluate(choice)
            in_one_second = int(time.time()) == second
            statements = log.executed()
            connections = log.connected() - connected
            if in_one_second or not left:
                break
        return CountedEvaluation(
            element_type=element.element_type,
            actions=choice,
            counted=_as_operation(f"{element.element_type}, {choice}", answer, statements, connections),
            status=answer.status,
            rows_written=rows_written(statements),
            posts=len(bench.webhook.take()),
        )


def rows_written(statements: Iterable[Statement]) -> dict[str, int]:
    """Rows that statements inserted, changed or deleted, by table, in the order in which they came to it."""
    written: Counter[str] = Counter()
    for statement in statements:
        if found := _WRITTEN.match(statement.text):
            # an INSERT that returns columns has only rows sent
            written[found[1]] += max(statement.rows_affected, statement.rows_sent)
    return {table: rows for table, rows in written.items() if rows}


def _as_operation(
    name: str, answer: EvaluationAnswer, statements: tuple[Statement, ...], connections: int
) -> ExactOperation:
    return ExactOperation(
        operation=name,
        statements=statements,
        rows_examined=sum(statement.rows_examined for statement in statements),
        commits=sum(statement.text == "COMMIT" for statement in statements),
        connections=connections,
        request_bytes=0,
        response_bytes=0,
        problem=answer.problem,
        nested_calls=answer.calls,
        answer=ReadAnswer(answer.status, None, answer.status) if answer.status else None,
    )


def _merged(again: Sequence[CountedEvaluation]) -> CountedEvaluation:
    """As the last time; ``varying`` has the tables to which not as many rows were written each time, too."""
    counted = reduce(merge_counts, (one.counted for one in again))
    tables = dict.fromkeys(table for one in again for table in one.rows_written)
    varying = tuple(
        ROWS_WRITTEN.format(table) for table in tables if len({one.rows_written.get(table) for one in again}) > 1
    )
    return replace(again[-1], counted=replace(counted, varying=(*counted.varying, *varying)))


def _wait_for_early_second() -> None:
    into_s = time.time() % 1
    if into_s > _LATEST_BEGIN_S:
        command.wait_seconds(1 - into_s)
