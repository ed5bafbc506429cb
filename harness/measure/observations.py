"""What the pairs of a lane say to each question, pair by pair."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from harness.compare.verdict import Series
from harness.comparison import OF_REQUESTS, OF_SERVICES, Judgement, Question, TimedLane, TimedMetric
from harness.measure.pair import PairRows
from harness.measure.pair_ratios import pair_ratios
from harness.measure.pair_store import PairLine
from scenarios.answer_check import NO_METHOD

_PER_OPERATION = OF_REQUESTS[:-1]


class Observations:
    """``operations``: names by index. The first pair says which of them are asked about; of one alone, the
    questions about all together are those about it.

    An operation that a side answers wrongly has no figures from then on: ``wrong`` says what the first wrong
    answer of each side was.
    """

    def __init__(self, operations: Sequence[str]) -> None:
        self._operations = operations
        self._values: dict[Question, list[tuple[float, float]]] = {}
        self.wrong: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self.pairs = 0

    def add(self, line: PairLine, rows: PairRows) -> None:
        """The next pair. A question without a value in it gets NaN on both sides."""
        if not self.pairs:
            asked = [name for name, times in zip(self._operations, line.repetitions, strict=True) if times]
            self._values = {question: [] for question in _questions(asked, has_costs=line.costs is not None)}
        self.pairs += 1
        for side, problems in enumerate(self.wrong):
            for operation, problem in line.wrong.get(str(side), {}).items():
                problems.setdefault(operation, problem)
        found = {
            Question("paired", one.metric, one.operation): (
                one.baseline_s,
                one.baseline_s * math.exp(one.log_ratio),
            )
            for one in pair_ratios(rows, self._operations)
        } | _costs(line)
        for question, values in self._values.items():
            values.append(found.get(question, (math.nan, math.nan)))

    def series(self) -> dict[Question, Series]:
        """Every question with a value per pair and side; always all of them, for they share one error."""
        return {
            question: Series(*(tuple(value[side] for value in values) for side in (0, 1)))
            for question, values in self._values.items()
        }

    def summary(self) -> str:
        """The latest log-ratios of all operations together, for progress."""
        latest = ((one.metric, values[-1]) for one, values in self._values.items() if values and not one.operation)
        return ", ".join(
            f"{metric} {math.log(sides[1] / sides[0]):+.2%}" for metric, sides in latest if sides[0] > 0
        )

    def wrong_answers(self) -> tuple[Judgement, ...]:
        """A judgement for each operation that the contender answers wrongly, and the baseline rightly. What the
        contender does not have at all is not judged."""
        return tuple(
            wrong_answer("paired", "service_time", operation, self.pairs, problem)
            for operation, problem in self.wrong[1].items()
            if operation not in self.wrong[0] and not problem.startswith(NO_METHOD)
        )

    def log_ratios(self) -> Iterator[tuple[int, Question, float]]:
        """Pair (from 1), question and log-ratio, of everything that has a value."""
        for question, values in self._values.items():
            for number, (baseline, contender) in enumerate(values, start=1):
                if baseline > 0 and contender > 0:
                    yield number, question, math.log(contender / baseline)


def _costs(line: PairLine) -> dict[Question, tuple[float, float]]:
    """What both sides cost beside requests."""
    if line.costs is None:
        return {}
    baseline, contender = line.costs
    return {
        Question("paired", "start_cpu", None): (baseline.start_cpu_s, contender.start_cpu_s),
        Question("paired", "memory", None): (float(baseline.memory_bytes), float(contender.memory_bytes)),
    }


def _questions(operations: Sequence[str], *, has_costs: bool) -> Iterator[Question]:
    of_services = OF_SERVICES if has_costs and len(operations) > 1 else ()
    for metric in (*OF_REQUESTS, *of_services):
        yield Question("paired", metric, None)
    for metric in _PER_OPERATION:
        for operation in operations if len(operations) > 1 else ():
            yield Question("paired", metric, operation)


def wrong_answer(lane: TimedLane, metric: TimedMetric, operation: str, pairs: int, reason: str) -> Judgement:
    """What is not compared, because the contender answers wrongly what the baseline answers rightly."""
    return Judgement(
        lane=lane,
        metric=metric,
        operation=operation,
        verdict="wrong",
        effect_ratio=None,
        interval_ratio=None,
        smallest_detectable_ratio=None,
        adjusted_p=None,
        pairs=pairs,
        reason=reason,
    )
