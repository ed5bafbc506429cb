"""CPU time of a process, or of all that ran in a container, in nanoseconds."""

from __future__ import annotations

import time
from pathlib import Path

#: What CPU time is read from: a process by its pid, or the file in which the kernel counts that of a control group
#: (``cpuacct.usage`` of cgroup v1, ``cpu.stat`` of v2).
Meter = int | Path

#: Selects "all threads, scheduler's own count" in the clock id of a process; include/linux/posix-timers_types.h.
_SCHEDULER_CLOCK = 2

_CONTROL_GROUPS = Path("/sys/fs/cgroup")


def cpu_ns(meter: Meter) -> int:
    """User and system CPU time until now, ended threads and processes of a group included.

    ProcessLookupError when there is no such process or group any more.
    """
    return _process_cpu_ns(meter) if isinstance(meter, int) else _group_cpu_ns(meter)


def _process_cpu_ns(pid: int) -> int:
    """The clock that clock_getcpuclockid(3) names."""
    try:
        return time.clock_gettime_ns((~pid << 3) | _SCHEDULER_CLOCK)
    except OSError as error:
        raise ProcessLookupError(error.errno, f"no process {pid} to read the CPU time of") from error


def _group_cpu_ns(file: Path) -> int:
    try:
        words = file.read_text().split()
    except OSError as error:
        raise ProcessLookupError(error.errno, f"no control group to read the CPU time of: {file}") from error
    # v1 has nothing but nanoseconds in the file, v2 begins with "usage_usec 4711"
    return int(words[0]) if len(words) == 1 else int(words[words.index("usage_usec") + 1]) * 1000


def group_meter(pid: int, proc: Path = Path("/proc"), groups: Path = _CONTROL_GROUPS) -> Path | None:
    """Where the kernel counts the CPU time of the control group of a process; None where it does not, as in a
    container of ours on a machine that hides its groups.

    ProcessLookupError when there is no such process.
    """
    try:
        lines = (proc / str(pid) / "cgroup").read_text().splitlines()
    except OSError as error:
        raise ProcessLookupError(error.errno, f"no process {pid} to find the control group of") from error
    for _number, controllers, path in (line.split(":", 2) for line in lines):
        if "cpuacct" in controllers.split(","):
            places = [groups / name / path.lstrip("/") / "cpuacct.usage" for name in (controllers, "cpuacct")]
        elif not controllers:
            places = [groups / path.lstrip("/") / "cpu.stat"]
        else:
            continue
        for place in places:
            if place.exists():
                return place
    return None


def processes_of(meter: Meter) -> list[int]:
    """The pids whose CPU time is counted, the oldest first; empty when all have ended."""
    if isinstance(meter, int):
        return [meter]
    try:
        return sorted(int(line) for line in meter.with_name("cgroup.procs").read_text().split())
    except OSError:
        return []
