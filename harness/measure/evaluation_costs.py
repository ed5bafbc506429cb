"""CPU and time of evaluations, in rounds: in each, every side evaluates every element, in random order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import numpy as np

from harness import command
from harness.errors import StackError
from harness.measure.evaluated_elements import EvaluatedElement
from harness.measure.policy_bench import PolicyBench
from harness.model import Interval
from harness.policy_costs import CpuChange, EvaluationCost
from harness.stack.cpu_meter import Meter, cpu_ns
from harness.stats.midmean import midmean
from harness.stats.paired import hodges_lehmann, signed_rank_interval

#: Without any action, with each alone, and with those of a round in which nothing changes.
TIMED_CHOICES = ("none", "LogPolicyResultAction", "LogStatusAction", "EmailAction", "SlackAction", "Active")

#: What builds are compared by.
_TYPICAL = "Active"

#: What services and database still do after their last answer is over by then.
_SETTLE_S = 0.02


class RoundCost(NamedTuple):
    """One evaluation, in ns of CPU but for ``wall_ns``. ``ours_ns``: what the agent's process used beside DIRAC,
    to take the order, record the calls and answer."""

    agent_ns: int
    service_ns: int
    database_ns: int
    wall_ns: int
    ours_ns: int


class Case(NamedTuple):
    """What was evaluated: on which side (its place), which type of element, with which choice of actions."""

    side: int
    element_type: str
    choice: str


Rounds = dict[Case, list[RoundCost]]


def time_evaluations(
    benches: Sequence[PolicyBench], rounds: int, seed: int, choices: Sequence[str] = TIMED_CHOICES
) -> Rounds:
    """One or two sides, whose evaluations follow one another in an order drawn anew each round, after a first
    round that does not count. What fails once is left out: counting says why.

    StackError when a part of a stack has died.
    """
    draws = Random(seed)
    measured: Rounds = {}
    failed: set[Case] = set()
    for number in range(rounds + 1):
        plan = [
            (Case(side, element.element_type, choice), element)
            for side, bench in enumerate(benches)
            for element in bench.elements
            for choice in choices
        ]
        draws.shuffle(plan)
        for case, element in plan:
            cost = None if case in failed else _measure(benches[case.side], element, case.choice)
            if cost is None:
                failed.add(case)
            elif number:
                measured.setdefault(case, []).append(cost)
    return {case: costs for case, costs in measured.items() if case not in failed}


def evaluation_costs(measured: Rounds, side: int) -> tuple[EvaluationCost, ...]:
    """What evaluations cost on one side (pure)."""
    cases = sorted(measured, key=lambda case: (case.element_type, TIMED_CHOICES.index(case.choice)))
    return tuple(_cost(case, measured[case]) for case in cases if case.side == side)


def cpu_changes(measured: Rounds) -> tuple[CpuChange, ...]:
    """Side 1 over side 0, from the log-ratios of rounds (pure)."""
    changes = []
    for case, rounds in sorted(measured.items()):
        other = measured.get(case._replace(side=1))
        if case.side != 0 or case.choice != _TYPICAL or other is None:
            continue
        for part in ("agent_ns", "service_ns", "database_ns"):
            logs = [
                math.log(getattr(two, part) / getattr(one, part)) for one, two in zip(rounds, other, strict=True)
            ]
            interval = signed_rank_interval(logs)
            changes.append(
                CpuChange(
                    element_type=case.element_type,
                    part=part.removesuffix("_ns"),
                    rounds=len(logs),
                    effect_ratio=math.exp(hodges_lehmann(logs)),
                    interval_ratio=None if interval is None else (math.exp(interval[0]), math.exp(interval[1])),
                )
            )
    return tuple(changes)


def _measure(bench: PolicyBench, element: EvaluatedElement, choice: str) -> RoundCost | None:
    bench.make_ready(element)
    meters = {"agent": (bench.agent.pid,), **bench.stack.meters}
    before = {group: _cpu_ns(members) for group, members in meters.items()}
    answer = bench.agent.evaluate(choice)
    command.wait_seconds(_SETTLE_S)
    used = {group: _cpu_ns(members) - before[group] for group, members in meters.items()}
    if answer.problem is not None:
        return None
    return RoundCost(
        answer.cpu_ns, used["service"], used["database"], answer.wall_ns, used["agent"] - answer.cpu_ns
    )


def _cpu_ns(meters: Sequence[Meter]) -> int:
    try:
        return sum(map(cpu_ns, meters))
    except ProcessLookupError as error:
        raise StackError(str(error)) from error


def _cost(case: Case, rounds: Sequence[RoundCost]) -> EvaluationCost:
    return EvaluationCost(
        element_type=case.element_type,
        actions=case.choice,
        evaluations=len(rounds),
        agent_cpu_s=_typical_s([one.agent_ns for one in rounds]),
        service_cpu_s=_typical_s([one.service_ns for one in rounds]),
        database_cpu_s=_typical_s([one.database_ns for one in rounds]),
        wall_s=_typical_s([one.wall_ns for one in rounds]),
        harness_cpu_ratio=_share_of_ours(rounds),
    )


def _typical_s(values_ns: Sequence[int]) -> float:
    return midmean(np.asarray(values_ns, dtype=np.float64)) / 1e9


def _share_of_ours(rounds: Sequence[RoundCost]) -> Interval | float:
    """Both are parts of one evaluation, so that what makes it slower does not come between them."""
    shares = [one.ours_ns / one.agent_ns for one in rounds]
    share, interval = hodges_lehmann(shares), signed_rank_interval(shares)
    return share if interval is None else Interval(share, *interval)
