"""CPU time of generator processes on other machines, among the snapshots of this one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec
import numpy as np

from harness.measure.usage import Snapshot
from scenarios.remote.record import WorkerUsage


def with_remote_generators(snapshots: Sequence[Snapshot], usage: Sequence[WorkerUsage]) -> list[Snapshot]:
    """The snapshots, each with the CPU time that every remote worker had used by then, by the worker's number.

    Workers say twice a second what they have used; between that it is taken to grow evenly. Without remote workers
    the snapshots as they are.
    """
    if not usage:
        return list(snapshots)
    told: dict[int, list[WorkerUsage]] = defaultdict(list)
    for one in usage:
        told[one.worker].append(one)
    instants_ns = [one.t_monotonic_ns for one in snapshots]
    used = {
        worker: np.interp(instants_ns, [one.t_monotonic_ns for one in lines], [one.cpu_ns for one in lines])
        for worker, lines in told.items()
    }
    return [
        msgspec.structs.replace(
            one, cpu_ns=one.cpu_ns | {"generator": {worker: int(line[index]) for worker, line in used.items()}}
        )
        for index, one in enumerate(snapshots)
    ]
