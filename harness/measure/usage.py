"""CPU time and memory of the processes of a trial, in snapshots: one JSON line each in ``usage.jsonl``."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import psutil

from harness.model import RssbenchError
from harness.store import writing

#: Selects "all threads, scheduler's own count" in the clock id of a process; include/linux/posix-timers_types.h.
_SCHEDULER_CLOCK = 2


class Snapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``cpu_ns``: group to pid to CPU time since the process began. ``rss_bytes``: group to resident memory.

    ``stolen_ns``: CPU time of all cores that a hypervisor gave to others since the start of this machine
    (``steal`` of proc_stat(5), 10 ms steps); None where the kernel does not tell.
    """

    t_monotonic_ns: int
    cpu_ns: dict[str, dict[int, int]]
    rss_bytes: dict[str, int]
    stolen_ns: int | None = None


def process_cpu_ns(pid: int) -> int:
    """User and system CPU time of a living process, its ended threads included, in ns.

    This is the clock that clock_getcpuclockid(3) names. ProcessLookupError when there is no such process.
    """
    try:
        return time.clock_gettime_ns((~pid << 3) | _SCHEDULER_CLOCK)
    except OSError as error:
        raise ProcessLookupError(error.errno, f"no process {pid} to read the CPU time of") from error


class UsageRecorder:
    """Appends a snapshot per :meth:`sample`; groups: ``generator`` (a pid per worker), ``service``, ``database``.

    A process that ends keeps the CPU time it was last seen with. RssbenchError when one is gone at the start.
    """

    def __init__(self, file: Path, groups: Mapping[str, Sequence[int]]) -> None:
        self._file = file
        self._processes = {group: [_process(pid, group) for pid in pids] for group, pids in groups.items()}
        self._cpu_ns: dict[str, dict[int, int]] = {group: {} for group in groups}

    def sample(self) -> None:
        """Write down what every process has used until now."""
        rss_bytes = {}
        instant_ns = time.monotonic_ns()
        for group, processes in self._processes.items():
            rss_bytes[group] = sum(self._observe(group, process) for process in processes)
        line = msgspec.json.encode(Snapshot(instant_ns, self._cpu_ns, rss_bytes, _stolen_ns()))
        with writing(self._file), self._file.open("ab") as stream:
            stream.write(line + b"\n")

    def _observe(self, group: str, process: psutil.Process) -> int:
        """Bytes resident now, 0 when it has ended; is_running knows a pid that was given to another process."""
        try:
            if not process.is_running():
                return 0
            self._cpu_ns[group][process.pid] = process_cpu_ns(process.pid)
            return int(process.memory_info().rss)
        except (psutil.Error, ProcessLookupError):
            return 0


def read_usage(file: Path) -> list[Snapshot]:
    """All snapshots in order of time; empty without a file. A torn last line is dropped.

    RssbenchError when a complete line is no snapshot.
    """
    if not file.exists():
        return []
    decode = msgspec.json.Decoder(Snapshot).decode
    lines = file.read_bytes().split(b"\n")[:-1]
    try:
        return [decode(line) for line in lines]
    except msgspec.DecodeError as error:
        raise RssbenchError(f"{file} holds a line that is no usage snapshot: {error}") from error


def covering(snapshots: Sequence[Snapshot], begin_ns: int, end_ns: int) -> Sequence[Snapshot]:
    """The snapshots to judge a window by; at least two, or none.

    Those inside it when they span at least half of it, so that nothing before or after counts; else, for a
    window shorter than the time between snapshots, the nearest ones around it are added.
    """
    inside = [one for one in snapshots if begin_ns <= one.t_monotonic_ns <= end_ns]
    if inside and 2 * (inside[-1].t_monotonic_ns - inside[0].t_monotonic_ns) >= end_ns - begin_ns > 0:
        return inside
    before = [one for one in snapshots if one.t_monotonic_ns < begin_ns][-1:]
    after = [one for one in snapshots if one.t_monotonic_ns > end_ns][:1]
    found = before + inside + after
    return found if len(found) > 1 else []


def cpu_ns_between(first: Snapshot, last: Snapshot, group: str) -> dict[int, int]:
    """CPU time that each process of a group used between two snapshots, by pid; empty for an unknown group."""
    before = first.cpu_ns.get(group, {})
    return {pid: used - before.get(pid, 0) for pid, used in last.cpu_ns.get(group, {}).items()}


def _stolen_ns() -> int | None:
    stolen_s = getattr(psutil.cpu_times(), "steal", None)
    return None if stolen_s is None else round(stolen_s * 1e9)


def _process(pid: int, group: str) -> psutil.Process:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess as error:
        raise RssbenchError(f"process {pid} of the {group} ended before its CPU time could be recorded") from error
