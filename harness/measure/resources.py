"""CPU time per request and memory of each side of a trial, from usage snapshots. Formulas: docs/method.md."""

from __future__ import annotations

from collections.abc import Sequence

from harness.measure.samples import Samples, is_sent
from harness.measure.usage import Snapshot, cpu_ns_between
from harness.measure.window import Window
from harness.model import CpuPerRequest, Memory


def cpu_per_request(snapshots: Sequence[Snapshot], samples: Samples) -> CpuPerRequest:
    """CPU time between the first and the last snapshot over the requests that ended between them, in seconds.

    None for a side that no process was watched of, or without snapshots or requests.
    """
    if not snapshots:
        return CpuPerRequest(generator_s=None, service_s=None, database_s=None)
    first, last = snapshots[0], snapshots[-1]
    requests = int(is_sent(Window(first.t_monotonic_ns, last.t_monotonic_ns).ended(samples)).sum())

    def of(group: str) -> float | None:
        used_ns = cpu_ns_between(first, last, group)
        return sum(used_ns.values()) / 1e9 / requests if used_ns and requests else None

    return CpuPerRequest(generator_s=of("generator"), service_s=of("service"), database_s=of("database"))


def worker_cpu_ratio(snapshots: Sequence[Snapshot]) -> float | None:
    """CPU time over elapsed time of the busiest generator process; 1.0 is one core."""
    if not snapshots:
        return None
    first, last = snapshots[0], snapshots[-1]
    used_ns = cpu_ns_between(first, last, "generator")
    return max(used_ns.values()) / (last.t_monotonic_ns - first.t_monotonic_ns) if used_ns else None


def stolen_cpu_ratio(snapshots: Sequence[Snapshot], cores: int) -> float | None:
    """CPU time that a hypervisor gave to others, over what ``cores`` could have given; None where unknown."""
    if not snapshots or snapshots[0].stolen_ns is None or snapshots[-1].stolen_ns is None:
        return None
    elapsed_ns = snapshots[-1].t_monotonic_ns - snapshots[0].t_monotonic_ns
    return (snapshots[-1].stolen_ns - snapshots[0].stolen_ns) / (elapsed_ns * cores)


def largest_memory(snapshots: Sequence[Snapshot]) -> Memory:
    """The largest resident set of service and database in any snapshot; None where none was seen."""

    def of(group: str) -> int | None:
        return max((one.rss_bytes.get(group, 0) for one in snapshots), default=0) or None

    return Memory(service_bytes=of("service"), database_bytes=of("database"))
