"""CPU time and memory of the processes and containers of a trial: a JSON line per snapshot in ``usage.jsonl``."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import psutil

from harness.errors import RssbenchError
from harness.stack.cpu_meter import Meter, cpu_ns, processes_of
from harness.store import writing


class Snapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``cpu_ns``: group to pid to CPU time since the process began; the first process of a container stands for
    all of it. ``rss_bytes``: group to resident memory.

    ``stolen_ns``: CPU time of all cores that a hypervisor gave to others since the start of this machine
    (``steal`` of proc_stat(5), 10 ms steps); None where the kernel does not tell.
    """

    t_monotonic_ns: int
    cpu_ns: dict[str, dict[int, int]]
    rss_bytes: dict[str, int]
    stolen_ns: int | None = None


class UsageRecorder:
    """Appends a snapshot per :meth:`sample`; groups: ``generator`` (a pid per worker), ``service``, ``database``.

    A process that ends keeps the CPU time it was last seen with. RssbenchError when one is gone at the start.
    """

    def __init__(self, file: Path, groups: Mapping[str, Sequence[Meter]]) -> None:
        self._file = file
        self._members = {group: [_Member(one, group) for one in meters] for group, meters in groups.items()}
        self._cpu_ns: dict[str, dict[int, int]] = {group: {} for group in groups}

    def sample(self) -> None:
        """Write down what every process has used until now."""
        rss_bytes = {}
        instant_ns = time.monotonic_ns()
        for group, members in self._members.items():
            rss_bytes[group] = sum(self._observe(group, member) for member in members)
        line = msgspec.json.encode(Snapshot(instant_ns, self._cpu_ns, rss_bytes, _stolen_ns()))
        with writing(self._file), self._file.open("ab") as stream:
            stream.write(line + b"\n")

    def _observe(self, group: str, member: _Member) -> int:
        """Bytes resident now, 0 when it has ended."""
        if not member.lives():
            return 0
        try:
            self._cpu_ns[group][member.first.pid] = cpu_ns(member.meter)
        except ProcessLookupError:
            return 0
        return sum(map(_resident_bytes, processes_of(member.meter)))


class _Member:
    """A process, or a container known by its first one."""

    def __init__(self, meter: Meter, group: str) -> None:
        self.meter = meter
        found = processes_of(meter)
        if not found or not psutil.pid_exists(found[0]):
            raise RssbenchError(f"process {meter} of the {group} ended before its CPU time could be recorded")
        self.first = psutil.Process(found[0])

    def lives(self) -> bool:
        """A pid that was given to another process is another one."""
        return self.first.is_running()


def _resident_bytes(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
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
