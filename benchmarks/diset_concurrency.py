"""What 1 to 15 users reach together over DISET, each with one call after the other: one process of our generator.

Users that did not really work at the same time would reach no more than one does.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec
import numpy as np
from rss_worker import run_worker

from harness.builds.environment import prepare_build
from harness.dataset.profiles import PROFILES
from harness.measure.load_lane import DEFAULT_LOAD
from harness.measure.trial_plan import plan_trial
from harness.settings import cache_folder
from harness.stack.cpu_meter import cpu_ns
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack

USERS = (1, 2, 4, 8, 15)
OPERATION = "ResourceStatus.select by name"


def reached(stack: Stack, directory: Path, users: int, hold_s: float, *, quick_ack: bool) -> tuple[float, ...]:
    """Right answers per second, most users that waited for one at once, p50 in ms, service CPU per second."""
    directory.mkdir()
    load = msgspec.structs.replace(
        DEFAULT_LOAD, concurrency=users, throughput_per_s=None, ramp_up_s=0.5, hold_for_s=hold_s
    )
    plan = plan_trial(stack, "select_mix", load, directory, seed=users, weights={OPERATION: 1.0})
    assert plan.diset is not None
    diset = msgspec.structs.replace(plan.diset, quick_ack=quick_ack)
    before_ns = sum(map(cpu_ns, stack.meters["service"]))
    samples = run_worker(msgspec.structs.replace(plan, diset=diset))
    cpu_s = (sum(map(cpu_ns, stack.meters["service"])) - before_ns) / 1e9
    if samples["outcome"].any():
        raise SystemExit(f"{np.count_nonzero(samples['outcome'])} calls failed: {directory}")
    begin_ns = int(samples["due_ns"].min()) + 500_000_000
    inside = samples[samples["start_ns"] >= begin_ns]
    elapsed_s = (int(inside["end_ns"].max()) - begin_ns) / 1e9
    service_ms = float(np.median(inside["end_ns"] - inside["start_ns"])) / 1e6
    return len(inside) / elapsed_s, int(inside["in_flight"].max()), service_ms, cpu_s / len(samples) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="9.1.22")
    parser.add_argument("--hold", type=float, default=5.0, help="seconds per number of users")
    options = parser.parse_args()
    build = prepare_build(options.build, cache_folder(), print)
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp") as stack_root,
        tempfile.TemporaryDirectory() as directory,
        start_stack(
            build,
            profile=PROFILES["S"],
            seed=1,
            stack_root=Path(stack_root),
            log_directory=None,
            front_doors=("dips",),
        ) as stack,
    ):
        print(f"{'quick ack':>10} {'users':>6} {'calls/s':>8} {'at once':>8} {'p50 ms':>7} {'service CPU ms':>15}")
        for quick_ack in (True, False):
            for users in USERS:
                folder = Path(directory, f"{users}-{quick_ack}")
                rate, at_once, p50_ms, cpu_ms = reached(stack, folder, users, options.hold, quick_ack=quick_ack)
                print(
                    f"{'yes' if quick_ack else 'no':>10} {users:6} {rate:8.1f} {at_once:8} "
                    f"{p50_ms:7.1f} {cpu_ms:15.2f}"
                )
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
