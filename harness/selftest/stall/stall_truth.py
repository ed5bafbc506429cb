"""Who sees a service that stands still again and again, asked RATE_PER_S times a second."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from harness import command
from harness.errors import RssbenchError
from harness.measure.samples import latencies_s, read_samples
from harness.measure.workers import Workers
from harness.selftest.stall.known_service import serving
from harness.selftest_result import Generator, StallRun
from scenarios.load_plan import LOAD_PLAN_VARIABLE

RATE_PER_S = 100.0

_LOCUSTFILE = Path(__file__).with_name("paced_locustfile.py")
_POLL_S = 0.1
_END_TIMEOUT_S = 60.0

Seconds = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stall:
    """The service stands still for the first ``length_s`` of every ``period_s``."""

    length_s: float = 1.0
    period_s: float = 10.0

    @property
    def p99_s(self) -> float:
        """The 99 % quantile of latency, without service time and backlog: an arrival that comes u seconds into
        the stall waits length_s - u, so one in a hundred waits longer than this."""
        return self.length_s - 0.01 * self.period_s

    @property
    def option(self) -> str:
        return f"--stall={self.length_s}/{self.period_s}"


def measure_stall(stall: Stall, periods: int) -> tuple[StallRun, StallRun]:
    """Our open-loop generator, and then Locust's own user. RssbenchError when either fails."""
    with tempfile.TemporaryDirectory(prefix="rssbench-stall-") as folder:
        ours = _ours_s(Path(folder, "ours"), stall, periods * stall.period_s)
        stock = _stock_s(Path(folder, "stock"), stall, periods * stall.period_s)
    return _run("this suite", stall, ours), _run("Locust, constant throughput", stall, stock)


def _ours_s(directory: Path, stall: Stall, duration_s: float) -> Seconds:
    with serving(directory / "server", stall.option) as server:
        plan = server.plan(
            directory / "run",
            scenario="update_mix",
            rate_per_s=RATE_PER_S,
            hold_for_s=duration_s,
            users=150,
        )
        workers = Workers(plan, f"stall-{directory}")
        try:
            workers.start()
            workers.release()
            while workers.running():
                command.wait_seconds(_POLL_S)
        finally:
            workers.stop()
    latencies = latencies_s(read_samples(directory / "run"))
    if not latencies.size or not np.isfinite(latencies).all():
        raise RssbenchError("requests to the known service failed, so its stall says nothing")
    return latencies


def _stock_s(directory: Path, stall: Stall, duration_s: float) -> Seconds:
    """Response times of Locust's own user at a constant throughput, unrounded."""
    with serving(directory / "server", stall.option) as server:
        plan = server.plan(directory / "run", scenario="update_mix")
        times_file, plan_file = directory / "times", directory / "plan.json"
        plan_file.write_bytes(msgspec.json.encode(plan))
        options = ("--headless", "--only-summary", "--users", "1", "--run-time", f"{duration_s:.0f}s")
        process = command.start(
            [sys.executable, "-m", "locust", "-f", _LOCUSTFILE, *options],
            log_file=directory / "locust.log",
            mark=f"stall-{directory}",
            environment=dict(os.environ)
            | {
                LOAD_PLAN_VARIABLE: str(plan_file),
                "PACED_TIMES": str(times_file),
                "PACED_RATE_PER_S": f"{RATE_PER_S}",
            },
        )
        deadline_s = time.monotonic() + duration_s + _END_TIMEOUT_S
        try:
            while process.poll() is None and time.monotonic() < deadline_s:
                command.wait_seconds(_POLL_S)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode != 0 or not times_file.exists():
        raise RssbenchError(f"Locust failed:\n{command.last_lines(directory / 'locust.log')}")
    return np.loadtxt(times_file) / 1e3


def _run(generator: Generator, stall: Stall, times_s: Seconds) -> StallRun:
    p50_s, p95_s, p99_s = np.quantile(times_s, [0.5, 0.95, 0.99]).tolist()
    return StallRun(
        generator=generator,
        stall_s=stall.length_s,
        period_s=stall.period_s,
        rate_per_s=RATE_PER_S,
        requests=times_s.size,
        p50_s=p50_s,
        p95_s=p95_s,
        p99_s=p99_s,
        truth_s=stall.p99_s,
    )
