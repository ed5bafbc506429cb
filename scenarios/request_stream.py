"""Which requests a worker builds, in order: a pure function of the plan, so that the audit can replay it.

The k-th request that a worker builds has sequence k and its own token. A request that is built but never sent
(the trial ended first) leaves a gap in the sequences of the samples; replaying the stream and matching by
sequence is safe, counting samples is not.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat

from scenarios.load_plan import LoadPlan
from scenarios.operation import Request
from scenarios.operations import OPERATIONS
from scenarios.workloads import WORKLOADS

#: The sequence in the sample of an arrival that was due and never sent.
UNSENT_SEQUENCE = 0xFFFFFFFF

#: How many arrivals are drawn at a time.
_DRAWS = 256

_INDEX = {operation.name: index for index, operation in enumerate(OPERATIONS)}


@dataclass(frozen=True, slots=True)
class NumberedRequest:
    """``operation``: index into OPERATIONS. ``request.token`` is ``<token_prefix>-<worker>-<sequence>``."""

    operation: int
    sequence: int
    request: Request


def iterations(plan: LoadPlan) -> Iterator[tuple[NumberedRequest, ...]]:
    """What the plan's worker builds for one arrival after the other, without end: one request of an operation
    drawn by weight, or all requests of the workload's sequence. KeyError for an unknown workload or operation."""
    built: Counter[int] = Counter()
    sequence = 0
    for operations in _draws(plan):
        numbered = []
        for operation in operations:
            position = built[operation] * plan.workers + plan.worker
            token = f"{plan.token_prefix}-{plan.worker}-{sequence}"
            numbered.append(NumberedRequest(operation, sequence, Request(position, token)))
            built[operation] += 1
            sequence += 1
        yield tuple(numbered)


def operations_of(plan: LoadPlan) -> tuple[int, ...]:
    """The operations that the plan can send, each once, as indices into OPERATIONS."""
    workload = WORKLOADS[plan.scenario]
    return tuple(_INDEX[name] for name in plan.weights or workload.operations)


def _draws(plan: LoadPlan) -> Iterator[Sequence[int]]:
    workload = WORKLOADS[plan.scenario]
    weights = plan.weights or workload.weights
    if weights is None:
        return repeat([_INDEX[name] for name in workload.sequence or ()])
    return _weighted(weights, f"{plan.seed}/{plan.worker}")


def _weighted(weights: Mapping[str, float], seed: str) -> Iterator[Sequence[int]]:
    random_numbers = random.Random(seed)
    single = [(_INDEX[name],) for name in weights]
    cumulative = list(accumulate(weights.values()))
    while True:
        yield from random_numbers.choices(single, cum_weights=cumulative, k=_DRAWS)
