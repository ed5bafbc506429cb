"""A pair from the start of its processes to their end, on real services."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from harness.builds.environment import BuildEnvironment
from harness.errors import StackError
from harness.measure import fresh_pair
from harness.measure.fresh_pair import measure_fresh_pair
from harness.measure.pair_plan import plan_pair
from harness.stack.fresh import Origin
from harness.stack.lifecycle import Stack
from scenarios.catalogue import Catalogue
from scenarios.operations import OPERATIONS
from tests.compare.changed_build import Changes, changed_build

pytestmark = pytest.mark.stack

READ = "ResourceStatus.select by name"
CHOSEN = [operation for operation in OPERATIONS if operation.name == READ]
HANDLER = "DIRAC/ResourceStatusSystem/Service/ResourceStatusHandler.py"
IMPORT = "from DIRAC import gLogger, S_OK\n"
SPIN_S = 1.0
KEPT_BYTES = 30_000_000
#: Work while it is imported, and memory that is written to and kept.
WORK = f"""import time
_end_s = time.thread_time() + {SPIN_S}
while time.thread_time() < _end_s:
    pass
_kept = bytearray(b"x") * {KEPT_BYTES}
"""
HEAVIER: Changes = {HANDLER: [(IMPORT, IMPORT + WORK)]}


@pytest.mark.parametrize("number", [1, 2])
def test_what_the_start_costs_and_what_is_kept_is_that_of_each_side(
    frozen: Stack, catalogue: Catalogue, build: BuildEnvironment, tmp_path: Path, number: int
) -> None:
    heavier = changed_build(build, tmp_path / "heavier", HEAVIER)
    sides = (Origin("baseline", frozen, build), Origin("contender", frozen, heavier))
    plan = plan_pair(1, number, [0])
    line, measured = measure_fresh_pair(sides, catalogue, CHOSEN, (3,), plan, tmp_path / "logs")
    assert not measured.wrong
    assert line.costs is not None
    baseline, contender = line.costs
    assert 0.2 < baseline.start_cpu_s < 20
    assert contender.start_cpu_s - baseline.start_cpu_s == pytest.approx(SPIN_S, rel=0.5)
    assert 20e6 < baseline.memory_bytes < 400e6
    assert contender.memory_bytes - baseline.memory_bytes == pytest.approx(KEPT_BYTES, rel=0.1)
    assert not list(tmp_path.glob("logs/*")), "the logs of a pair that went well stay behind"


def test_a_service_that_ends_with_the_last_request_is_named(
    frozen: Stack, catalogue: Catalogue, build: BuildEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(stacks: Sequence[Stack], *_given: object) -> None:
        for pid in stacks[1].pids["service"]:
            os.kill(pid, signal.SIGKILL)
            while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.01)

    monkeypatch.setattr(fresh_pair, "measure_pair", kill)
    sides = (Origin("baseline", frozen, build), Origin("contender", frozen, build))
    with pytest.raises(StackError, match=r"service of the contender 9\.1\.22 .*killed by SIGKILL"):
        measure_fresh_pair(sides, catalogue, CHOSEN, (3,), plan_pair(1, 3, [0]), tmp_path / "logs")
