"""One pair from the start of its processes to what it says, and their end."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import psutil

from harness.errors import StackError
from harness.measure.pair import PairMeasurement, PairRows, measure_pair
from harness.measure.pair_plan import PairPlan
from harness.measure.pair_store import PairLine, SideCost
from harness.stack.cpu_meter import Meter, cpu_ns, processes_of
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
        start_cpu_s = [_of_services(stack, _cpu_ns) / 1e9 for stack in stacks]
        measured = measure_pair(stacks, catalogue, operations, repetitions, plan.draws)
        memory_bytes = [_of_services(stack, _own_memory_bytes) for stack in stacks]
        baseline, contender = map(SideCost, start_cpu_s, memory_bytes)
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


def _of_services(stack: Stack, read: Callable[[Sequence[Meter]], int]) -> int:
    """What is read of the services' processes. StackError naming the one that has ended."""
    try:
        return read(stack.meters["service"])
    except (ProcessLookupError, psutil.Error) as error:
        stack.check_after_silence()
        raise StackError(str(error)) from error


def _cpu_ns(meters: Sequence[Meter]) -> int:
    return sum(map(cpu_ns, meters))


def _own_memory_bytes(meters: Sequence[Meter]) -> int:
    """Resident memory that no file is behind (``RssAnon`` of proc_pid_status(5)): what both sides share, as
    libraries, counts for neither. ProcessLookupError when one has ended: until it is waited for it has none."""
    memory = [psutil.Process(pid).memory_info() for meter in meters for pid in processes_of(meter)]
    if not memory or not all(one.rss for one in memory):
        raise ProcessLookupError("a service has ended")
    return sum(one.rss - one.shared for one in memory)
