"""CPU time for pytest-benchmark, with the wall time of the same moments noted beside it."""

import statistics
import time

_cpu, _wall = time.process_time, time.perf_counter
_stamps_s = []


def process_time():
    """CPU time of this process in seconds; pytest-benchmark calls it before and after every round."""
    _stamps_s.append(_wall())
    return _cpu()


def forget():
    _stamps_s.clear()


def wall_s(rounds):
    """Median wall time of the last ``rounds`` rounds, in seconds. The clock is read before CPU time is: what CPU
    time costs to read, some hundred ns, is in it."""
    stamps_s = _stamps_s[-2 * rounds :]
    return statistics.median(end - start for start, end in zip(stamps_s[::2], stamps_s[1::2], strict=True))
