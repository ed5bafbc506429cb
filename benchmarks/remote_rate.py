"""The whole load by 1, 4 and 12 remote workers: whether all of it is sent and merged, and what that costs.

``python benchmarks/remote_rate.py [RATE]`` puts RATE requests/s (600) on a server that answers at once, 5 s each.
Master, workers and server share this machine, so the rate is that of the machine, not of the master.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
from tls_server import Server, serving

from harness.measure.generator_health import lags_s
from harness.measure.remote_workers import RemoteSettings, RemoteWorkers
from harness.measure.samples import is_ok
from harness.measure.trial import read_trial
from harness.stack.ports import ReservedPort

HOLD_S = 5.0
COUNTS = (1, 4, 12)


@contextlib.contextmanager
def hosting(folder: Path, port: int, processes: int) -> Iterator[None]:
    command = [str(Path(sys.executable).with_name("rssbench")), "worker", "--master", f"127.0.0.1:{port}"]
    command += ["--token-file", str(folder / "token"), "--processes", str(processes), "--wait", "60s"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def measure(server: Server, folder: Path, workers: int, rate_per_s: float) -> str:
    plan = server.plan(
        folder / f"trial-{workers}",
        scenario="update_mix",
        weights={"ResourceStatus.addOrModify status": 1.0},
        rate_per_s=rate_per_s,
        users=max(24, workers),
        hold_for_s=HOLD_S,
        workers=workers,
    )
    with ReservedPort() as reserved:
        port = reserved.number
    settings = RemoteSettings(workers, "127.0.0.1", port, folder / "token", 60.0)
    running = RemoteWorkers(plan, "benchmark-remote-rate", settings, last=True)
    with hosting(folder, port, workers):
        try:
            running.start()
            running.release()
            master, used_s = psutil.Process(running.processes[0].pid), 0.0
            while running.running():
                with contextlib.suppress(psutil.Error):
                    used_s = sum(master.cpu_times()[:2])
                time.sleep(0.05)
        finally:
            running.stop()
    files = read_trial(Path(plan.output_dir))
    window = files.window(complete=True)
    lags = lags_s(files.samples, plan, window)
    errors_s = [one.clock_error_s or 0.0 for one in files.remote_workers]
    differences_s = [one.clock_difference_s or 0.0 for one in files.remote_workers]
    return (
        f"| {workers} | {rate_per_s * HOLD_S:.0f} | {files.samples.size} | {int(is_ok(files.samples).sum())} "
        f"| {window.reached_rate_per_s(files.samples):.1f} | {np.quantile(lags, 0.5) * 1e3:.2f} "
        f"| {np.quantile(lags, 0.99) * 1e3:.2f} | {max(map(abs, differences_s)) * 1e3:.3f} "
        f"| {max(errors_s) * 1e3:.3f} | {used_s:.1f} |"
    )


def main() -> None:
    rate_per_s = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    headings = ("workers", "asked", "merged", "right", "reached/s", "lag p50 ms", "lag p99 ms")
    headings += ("clocks differ ms", "stated error ms", "master CPU s")
    print(f"| {' | '.join(headings)} |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name, serving(Path(name) / "server") as server:
        folder = Path(name)
        (folder / "token").write_text("benchmark-" * 4)
        (folder / "token").chmod(0o600)
        for workers in COUNTS:
            print(measure(server, folder, workers, rate_per_s), flush=True)


if __name__ == "__main__":
    main()
