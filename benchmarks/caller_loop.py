"""Calls in a loop and what they cost; runs in our environment and, with DIRAC's client, in that of a build.

Nothing of the suite is imported here: a build does not have it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

#: Selects "all threads, scheduler's own count" in the clock id of a process.
_SCHEDULER_CLOCK = 2


def measured(call: Callable[[], bool], orders: dict[str, Any]) -> dict[str, float]:
    """``call`` returns whether DIRAC said OK. CPU of this process and of ``orders["pids"]``, and p50, per call."""
    for _ in range(orders["warm_up"]):
        call()
    took_s, failed = [], 0
    services_ns, own_ns = _cpu_ns(orders["pids"]), time.process_time_ns()
    for _ in range(orders["calls"]):
        begin_s = time.perf_counter()
        failed += not call()
        took_s.append(time.perf_counter() - begin_s)
    own_ns = time.process_time_ns() - own_ns
    services_ns = _cpu_ns(orders["pids"]) - services_ns
    return {
        "cpu_s": own_ns / 1e9 / orders["calls"],
        "service_cpu_s": services_ns / 1e9 / orders["calls"],
        "p50_s": sorted(took_s)[len(took_s) // 2],
        "failed": failed,
    }


def _cpu_ns(pids: Sequence[int]) -> int:
    return sum(time.clock_gettime_ns((~pid << 3) | _SCHEDULER_CLOCK) for pid in pids)
