"""Who sees a small change: two calls, one 8 % longer, drawn at random in one run.

The connection, TLS and the loop take some tenths of a millisecond, which are measured first; the service's
work makes up the rest of the 2.6 ms that the one call takes and the 8 % more of the other. Both lie between the
same two of Locust's steps; across a step (2.5 ms, 3.5 ms) Locust would show 50 % or 33 %.
Ours: the samples. Locust: its own table of percentiles over the very same requests, in whole milliseconds.
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

from harness.selftest.stall.known_service import serving
from scenarios.operations import OPERATIONS

CALL_MS, CHANGE_RATIO = 2.6, 0.08
#: Work of the service while the rest of a call is measured.
TRIAL_WORK_MS = 2.0
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


def run(directory: Path, basis_ms: float, changed_ms: float, requests: int) -> np.ndarray:
    """Samples of a run in which the service works that long on the two calls; Locust's table is beside it."""
    busy = (f"--busy=TornadoResourceStatus={basis_ms}", f"--busy=TornadoResourceManagement={changed_ms}")
    with serving(directory / "server", *busy) as server:
        weights = {BASIS: 1.0, CHANGED: 1.0}
        plan = server.plan(directory / "run", scenario="update_mix", weights=weights, iterations=requests)
        samples = run_worker(plan, "--csv", f"{directory}/locust")
    if np.any(samples["outcome"]):
        raise SystemExit("requests failed")
    return samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=6000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        alike = run(Path(temporary, "alike"), TRIAL_WORK_MS, TRIAL_WORK_MS, options.requests // 4)
        transport_ms = float(np.median(alike["end_ns"] - alike["start_ns"])) / 1e6 - TRIAL_WORK_MS
        work_ms = CALL_MS - transport_ms
        changed_ms = work_ms + CHANGE_RATIO * CALL_MS
        samples = run(Path(temporary, "changed"), work_ms, changed_ms, options.requests)
        with Path(temporary, "changed/locust_stats.csv").open() as stream:
            table = {row["Name"]: row for row in csv.DictReader(stream)}
    print(f"true change of a call of {CALL_MS} ms: {CHANGE_RATIO * 100:+.1f} %   ({samples.size} requests)")
    change_percent, half_percent = seen_by_us(samples)
    print(f"{'ours, median service time':30} {change_percent:+.1f} % +- {half_percent:.1f} %")
    for column in ("50%", "75%", "90%", "95%"):
        basis_ms, changed_ms = float(table[BASIS][column]), float(table[CHANGED][column])
        seen_percent = (changed_ms / basis_ms - 1) * 100
        print(f"{'Locust ' + column:30} {seen_percent:+.1f} %   ({basis_ms:g} ms, {changed_ms:g} ms)")


if __name__ == "__main__":
    main()
