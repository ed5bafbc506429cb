"""Who sees a service that stands still for S = 1 s in every T = 10 s, asked 100 times a second.

Truth: an arrival that comes u seconds into the stall waits S - u, so one arrival in a hundred waits longer than
S - 0.01*T. The p99 of latency is 0.9 s, and on top of it the backlog before the request and its own service time.
Ours is open-loop, with constant arrivals; after it Locust's HttpUser with constant_throughput(100).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from rss_worker import run_worker
from tls_server import serving

STALL_S, PERIOD_S, RATE_PER_S = 1.0, 10.0, 100.0
P99_TRUTH_S = STALL_S - 0.01 * PERIOD_S
LOCUSTFILE = Path(__file__).with_name("paced_locustfile.py")


def ours_s(directory: Path, periods: int) -> np.ndarray:
    """Latencies of our generator."""
    with serving(directory / "server", "--stall", f"{STALL_S}/{PERIOD_S}") as server:
        plan = server.plan(
            directory / "run",
            scenario="update_mix",
            rate_per_s=RATE_PER_S,
            hold_for_s=periods * PERIOD_S,
            users=150,
        )
        samples = run_worker(plan)
    if np.any(samples["outcome"]):
        raise SystemExit("requests failed")
    return (samples["end_ns"] - samples["due_ns"]) / 1e9


def stock_s(directory: Path, periods: int) -> np.ndarray:
    """Response times of Locust's own user, unrounded."""
    with serving(directory / "server", "--stall", f"{STALL_S}/{PERIOD_S}") as server:
        plan = server.plan(directory / "run", scenario="update_mix")
        times_file = directory / "run" / "times"
        settings = {"PACED_TIMES": str(times_file), "PACED_RATE_PER_S": str(RATE_PER_S)}
        run_worker(plan, "--run-time", f"{periods * PERIOD_S:.0f}s", locustfile=LOCUSTFILE, environment=settings)
    return np.loadtxt(times_file) / 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--periods", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        times = {
            "ours, 100 arrivals/s": ours_s(Path(temporary, "ours"), options.periods),
            "Locust constant_throughput(100)": stock_s(Path(temporary, "stock"), options.periods),
        }
    print(f"{'':34} {'requests':>8} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8}  p99 over truth")
    print(f"{'truth, without service time':34} {'':8} {0:8.1f} {500:8.1f} {P99_TRUTH_S * 1e3:8.1f}")
    for name, times_s in times.items():
        p50_ms, p95_ms, p99_ms = np.quantile(times_s, [0.5, 0.95, 0.99]) * 1e3
        over_truth = p99_ms / P99_TRUTH_S / 1e3
        print(f"{name:34} {times_s.size:8} {p50_ms:8.1f} {p95_ms:8.1f} {p99_ms:8.1f}  {over_truth:.4f}")


if __name__ == "__main__":
    main()
