"""Our generator as the harness runs it: real worker processes, released together, for the benchmarks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec
import numpy as np
import numpy.typing as npt

from scenarios.load_plan import LOAD_PLAN_VARIABLE, LoadPlan
from scenarios.samples import SAMPLE_FIELDS
from scenarios.worker_command import worker_command

START_DELAY_NS = 200_000_000


def run_worker(
    plan: LoadPlan,
    *options: str,
    locustfile: Path | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> npt.NDArray[np.void]:
    """Run one worker to its end; its samples. ``options`` go to Locust; ``locustfile`` replaces the scenario's,
    and need not be one of ours: then there are no samples. SystemExit with the log when the worker failed.
    """
    output_dir = Path(plan.output_dir)
    plan_file = output_dir / "plan.json"
    plan_file.write_bytes(msgspec.json.encode(plan))
    command = [*worker_command(plan, sys.executable), *options]
    if locustfile is not None:
        command[command.index("-f") + 1] = str(locustfile)
    ours = {LOAD_PLAN_VARIABLE: str(plan_file), "PYTHONPATH": str(Path(__file__).parents[1])}
    with (output_dir / "worker.log").open("w") as log:
        process = subprocess.Popen(command, env=os.environ | ours | environment, stdout=log, stderr=log)
    try:
        while process.poll() is None and not (output_dir / f"ready-{plan.worker}").exists():
            time.sleep(0.01)
        begin = output_dir / "start.tmp"
        begin.write_text(str(time.monotonic_ns() + START_DELAY_NS))
        begin.rename(output_dir / "start")
        if process.wait():
            raise SystemExit(f"{command} failed:\n" + (output_dir / "worker.log").read_text())
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    samples_file = output_dir / f"samples-{plan.worker}.bin"
    return np.fromfile(samples_file if samples_file.exists() else os.devnull, dtype=SAMPLE_FIELDS)
