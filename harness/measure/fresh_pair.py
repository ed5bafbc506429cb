"""One pair from the start of its processes to what it says, and their end."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil

from harness.errors import StackError
from harness.measure.pair import PairMeasurement, PairRows, measure_pair
from harness.measure.pair_plan import PairPlan
from harness.measure.pair_store import PairLine, SideCost
from harness.stack.cpu_meter import cpu_ns, processes_of
from harness.stack.fresh import Origin, fresh_stacks
from harness.stack.lifecycle import Stack
from scenarios.catalogue import Catalogue
from scenarios.operation import Operation


def measure_fresh_pair(  # noqa: PLR0913, PLR0917  what is sent where, and what is drawn
    sides: tuple[Origin, Origin],
    catalogue: Catalogue,
    operations: Sequence[Operation],
    repetitions: tuple[int, ...],
    plan: PairPlan,
    log_directory: Path,
) -> tuple[PairLine, PairMeasurement]:
    """One pair on new processes, which start and end here. Of a pair that failed the logs stay."""
    began_s = time.monotonic()
    logs, order = log_directory / f"pair-{plan.number:04d}", plan.start_order
    with fresh_stacks([sides[side] for side in order], [plan.placement] * len(order), logs) as started:
        stacks = [started[order.index(side)] for side in range(len(order))]
        start_cpu_s = [sum(map(cpu_ns, stack.meters["service"])) / 1e9 for stack in stacks]
        measured = measure_pair(stacks, catalogue, operations, repetitions, plan.draws)
        baseline, contender = map(SideCost, start_cpu_s, map(_own_memory_bytes, stacks))
    shutil.rmtree(logs, ignore_errors=True)
    wrong: dict[str, dict[str, str]] = {}
    for (side, operation), problem in measured.wrong.items():
        wrong.setdefault(str(side), {})[operation] = problem
    elapsed_s = time.monotonic() - began_s
    line = PairLine(plan.number, plan.is_control, repetitions, wrong, elapsed_s, (baseline, contender))
    return line, measured


def cost_s(rows: PairRows, operation: int) -> float:
    """What one request of an operation, by its place, takes in a pair: the median over both sides, in seconds."""
    return float(np.median(rows["service_time_ns"][rows["operation"] == operation])) / 1e9


def _own_memory_bytes(stack: Stack) -> int:
    """Resident memory of the services that no file is behind (``RssAnon`` of proc_pid_status(5)): what they share
    with the other side, as libraries, counts for neither. StackError when one has ended."""
    try:
        memory = [
            psutil.Process(pid).memory_info() for meter in stack.meters["service"] for pid in processes_of(meter)
        ]
    except psutil.Error as error:
        stack.check_after_silence()
        raise StackError(str(error)) from error
    return sum(one.rss - one.shared for one in memory)
