"""CPU time of recording one request: our recorder, flushes included, beside Locust's and Taurus's way.

Best of some interleaved rounds, the cost of the empty loop subtracted.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

sys.path.insert(0, str(Path(__file__).parents[1]))

from locust.stats import RequestStats

from scenarios.recorder import Recorder
from scenarios.samples import Outcome

#: One flush per so many requests: one per half second at 1000 requests/s.
FLUSH_EVERY = 500


def empty(requests: int) -> None:
    for _ in range(requests):
        pass


def recorded(directory: Path) -> Callable[[int], None]:
    recorder = Recorder(directory, 0, ["ResourceStatus.select by name"])

    due_ns, ok = 10**15, Outcome.ok

    def run(requests: int) -> None:
        for sequence in range(requests):
            recorder.record(due_ns, due_ns, due_ns, 500, sequence, 0, ok, 3)
            if sequence % FLUSH_EVERY == 0:
                recorder.flush()

    return run


def locust_table(requests: int) -> None:
    stats = RequestStats()
    for _ in range(requests):
        stats.log_request("RPC", "ResourceStatus.select by name", 2.5, 500)


def taurus_jtl(stream: TextIO) -> Callable[[int], None]:
    """The row that bzt's Locust wrapper writes and flushes per request."""
    columns = [
        *("allThreads", "timeStamp", "label", "method", "elapsed", "bytes"),
        *("responseCode", "responseMessage", "success", "Latency"),
    ]
    writer = csv.DictWriter(stream, columns)
    row = dict.fromkeys(columns, "ResourceStatus.select by name")

    def run(requests: int) -> None:
        for _ in range(requests):
            writer.writerow(row)
            stream.flush()

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, (Path(temporary) / "kpi.jtl").open("w") as stream:
        ways: dict[str, Callable[[int], None]] = {
            "empty loop": empty,
            "Recorder (this project)": recorded(Path(temporary)),
            "Locust RequestStats": locust_table,
            "Taurus kpi.jtl row": taurus_jtl(stream),
        }
        best_us = dict.fromkeys(ways, float("inf"))
        for _ in range(options.rounds):
            for name, run in ways.items():
                begin_ns = time.process_time_ns()
                run(options.requests)
                best_us[name] = min(best_us[name], (time.process_time_ns() - begin_ns) / 1e3 / options.requests)
    for name in list(ways)[1:]:
        print(f"{name:24} {best_us[name] - best_us['empty loop']:6.2f} µs per request")


if __name__ == "__main__":
    main()
