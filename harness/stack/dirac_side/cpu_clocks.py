"""CPU time of processes and containers; runs in the build's environment, which has nothing of the harness."""

import time
from pathlib import Path

#: Selects "all threads, scheduler's own count" in the clock id of a process; include/linux/posix-timers_types.h.
_SCHEDULER_CLOCK = 2


def cpu_seconds(groups):
    """Group to the CPU time of its members until now, user and system; one that has ended counts nothing. A member
    is a pid, or the path of the file in which the kernel counts that of a container."""
    return {group: sum(map(_cpu_ns, members)) / 1e9 for group, members in groups.items()}


def _cpu_ns(member):
    try:
        if isinstance(member, int):
            return time.clock_gettime_ns((~member << 3) | _SCHEDULER_CLOCK)
        words = Path(member).read_text().split()
    except OSError:
        return 0
    return int(words[0]) if len(words) == 1 else int(words[words.index("usage_usec") + 1]) * 1000
