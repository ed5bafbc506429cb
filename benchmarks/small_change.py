"""Who sees a small change: two calls that take the service 2.5 ms and 8 % more, drawn at random in one run.

Ours: the samples. Locust: its own table of percentiles over the very same requests, in whole milliseconds.
The connection, TLS and the loop add the same to both calls, so what a client can see is a little under 8 %.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from rss_worker import run_worker
from tls_server import serving

from scenarios.operations import OPERATIONS

BASIS_MS, CHANGED_MS = 2.5, 2.7
BASIS, CHANGED = "ResourceStatus.addOrModify status", "ResourceManagement.addOrModify pilot"
#: Blocks of consecutive requests: the change is estimated in each, which shows how sure it is.
BLOCKS = 10


def seen_by_us(samples: np.ndarray) -> tuple[float, float]:
    """The change of the median service time, in percent, and half its 95 % interval over blocks."""
    service_time_s = (samples["end_ns"] - samples["start_ns"]) / 1e9
    index = {operation.name: number for number, operation in enumerate(OPERATIONS)}

    def change_percent(rows: np.ndarray) -> float:
        of_both = [
            np.median(service_time_s[rows][samples["operation"][rows] == index[n]]) for n in (CHANGED, BASIS)
        ]
        return float(of_both[0] / of_both[1] - 1) * 100

    blocks = [change_percent(rows) for rows in np.array_split(np.arange(samples.size), BLOCKS)]
    # 2.262: Student's t for 9 degrees of freedom
    return change_percent(np.arange(samples.size)), 2.262 * float(np.std(blocks, ddof=1)) / BLOCKS**0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=6000)
    options = parser.parse_args()
    busy = (f"--busy=TornadoResourceStatus={BASIS_MS}", f"--busy=TornadoResourceManagement={CHANGED_MS}")
    with tempfile.TemporaryDirectory() as temporary, serving(Path(temporary, "server"), *busy) as server:
        weights = {BASIS: 1.0, CHANGED: 1.0}
        plan = server.plan(
            Path(temporary, "run"), scenario="update_mix", weights=weights, iterations=options.requests
        )
        samples = run_worker(plan, "--csv", f"{temporary}/locust")
        with Path(temporary, "locust_stats.csv").open() as stream:
            table = {row["Name"]: row for row in csv.DictReader(stream)}
    if np.any(samples["outcome"]):
        raise SystemExit("requests failed")
    print(f"true change of the service: {(CHANGED_MS / BASIS_MS - 1) * 100:+.1f} %   ({samples.size} requests)")
    change_percent, half_percent = seen_by_us(samples)
    print(f"{'ours, median service time':30} {change_percent:+.1f} % +- {half_percent:.1f} %")
    for column in ("50%", "75%", "90%", "95%"):
        basis_ms, changed_ms = float(table[BASIS][column]), float(table[CHANGED][column])
        seen_percent = (changed_ms / basis_ms - 1) * 100
        print(f"{'Locust ' + column:30} {seen_percent:+.1f} %   ({basis_ms:g} ms, {changed_ms:g} ms)")


if __name__ == "__main__":
    main()
