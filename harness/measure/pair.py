"""One process pair: the same requests to two fresh stacks, one at a time, in an order drawn at random.

Only one request is under way at any moment, so all CPU time that a service and its database use between two
requests to them belongs to the first of the two, with what they do after they have answered.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt

from harness.errors import StackError
from harness.stack.cpu_meter import cpu_ns
from harness.stack.lifecycle import Stack
from scenarios.answer_check import check_answer
from scenarios.catalogue import Catalogue
from scenarios.operation import Call, Operation, Request
from scenarios.rpc import Answer, CallFailedError
from scenarios.samples import Outcome

#: Requests per operation and side before anything counts: pools, compiled statements, caches of the interpreter.
WARM_UP_REQUESTS = 2

#: What a service still does after an answer is mostly over by then, so that it counts for its own request:
#: without this wait service CPU of single operations scattered by 5.5 % over pairs, with it by 3.4 %.
_BETWEEN_S = 0.001

#: The same after the last one, for certain.
_SETTLE_S = 0.02

#: One row per request and side. ``request``: its number, the same on both sides; ``side`` is the place of its
#: stack, ``operation`` that of its operation, ``outcome`` one of scenarios.samples.Outcome. CPU of all threads of
#: all services, of the database server. Over dips the time of a request contains connecting.
PAIR_TYPE = np.dtype(
    [
        ("request", "<u4"),
        ("operation", "<u2"),
        ("side", "u1"),
        ("outcome", "u1"),
        ("service_cpu_ns", "<i8"),
        ("database_cpu_ns", "<i8"),
        ("service_time_ns", "<i8"),
    ]
)

PairRows = npt.NDArray[np.void]


@dataclass(frozen=True)
class PairMeasurement:
    """``wrong``: by side and operation, what the first wrong answer was."""

    rows: PairRows
    wrong: dict[tuple[int, str], str]


def measure_pair(
    stacks: Sequence[Stack],
    catalogue: Catalogue,
    operations: Sequence[Operation],
    repetitions: Sequence[int],
    draws: Random,
) -> PairMeasurement:
    """Send every operation as often as ``repetitions`` says to each stack, after a warm-up; 0 leaves it out.

    Operations follow one another in random order; the stacks get each request one after the other, the first one
    drawn anew each time. StackError when a process of a stack has died, or does not answer.
    """
    warm_up = [index for index, times in enumerate(repetitions) if times] * WARM_UP_REQUESTS
    plan = [index for index, times in enumerate(repetitions) for _ in range(times)]
    draws.shuffle(plan)
    requests = _Requests(catalogue, operations, draws)
    probes = [_Probe(stack) for stack in stacks]
    rows = np.zeros((len(plan), len(stacks)), dtype=PAIR_TYPE)
    wrong: dict[tuple[int, str], str] = {}
    try:
        for number, index in enumerate([*warm_up, *plan], start=-len(warm_up)):
            operation, call = operations[index], requests.next_call(index)
            for side in draws.sample(range(len(probes)), len(probes)):
                row = rows[number, side] if number >= 0 else None
                outcome, problem = check_answer(probes[side].send(operation, call, row), call)
                if outcome is not Outcome.ok:
                    wrong.setdefault((side, operation.name), problem)
                if row is not None:
                    row["request"], row["operation"], row["side"], row["outcome"] = number, index, side, outcome
        time.sleep(_SETTLE_S)
        for probe in probes:
            probe.settle()
    finally:
        for probe in probes:
            probe.client.close()
    return PairMeasurement(rows.reshape(-1), wrong)


class _Requests:
    """The requests of one pair, by operation. Reads begin with a row drawn anew, writes with the first one: a
    delete removes all rows up to its place."""

    def __init__(self, catalogue: Catalogue, operations: Sequence[Operation], draws: Random) -> None:
        self._catalogue = catalogue
        self._operations = operations
        self._positions = [0] * len(operations)
        self._first_read = draws.randrange(1 << 20)
        self._token_prefix = f"pair-{draws.getrandbits(32):08x}"

    def next_call(self, index: int) -> Call:
        operation, position = self._operations[index], self._positions[index]
        self._positions[index] += 1
        place = position + (self._first_read if operation.kind == "read" else 0)
        return operation.call(self._catalogue, Request(place, f"{self._token_prefix}-{index}-{position}"))


class _Probe:
    """Sends requests to one stack and books what they cost."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.client = stack.client()
        self._meters = [stack.meters[part] for part in ("service", "database")]
        self._row: np.void | None = None
        self._before_ns = [0, 0]

    def send(self, operation: Operation, call: Call, row: np.void | None) -> Answer:
        """StackError when no answer comes; ``row`` is None for a request that does not count."""
        message = self.client.prepare(operation.service, operation.method, call.arguments)
        time.sleep(_BETWEEN_S)
        self.settle()
        self._row = row
        try:
            answer = self.client.send(message)
        except CallFailedError as error:
            self.stack.check_after_silence()
            raise StackError(f"no answer to {operation.name} from the {self.stack.owner}: {error}") from error
        if row is not None:
            row["service_time_ns"] = answer.end_ns - answer.start_ns
        return answer

    def settle(self) -> None:
        """Book all CPU time since the last request to it."""
        try:
            now_ns = [sum(map(cpu_ns, meters)) for meters in self._meters]
        except ProcessLookupError as error:
            self.stack.check_after_silence()
            raise StackError(str(error)) from error
        if self._row is not None:
            self._row["service_cpu_ns"] = now_ns[0] - self._before_ns[0]
            self._row["database_cpu_ns"] = now_ns[1] - self._before_ns[1]
        self._row, self._before_ns = None, now_ns
