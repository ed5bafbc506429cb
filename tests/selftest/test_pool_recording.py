"""Pairs of a real build and of one that is slower by a known share, recorded and recorded further."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.selftest.pool import PoolStore
from harness.selftest.pool_recording import PoolRecording
from harness.selftest.slowdown import CALL, EQUAL, HANDLER, Slowdown, slower_call
from scenarios.operations import OPERATIONS
from tests.compare.changed_build import changed_build

READ = "ResourceStatus.select by name"
SLOWER = Slowdown("slower-10", 0.5)  # so much that two pairs tell


@pytest.mark.stack
def test_a_pool_is_recorded_and_continued(build: BuildEnvironment, bzt_stack_root: Path, tmp_path: Path) -> None:
    changes = {HANDLER: [(CALL, slower_call(SLOWER))]}
    contenders = {EQUAL: build, SLOWER: changed_build(build, tmp_path / "slower", changes)}
    store, told = PoolStore(tmp_path / "pool", (READ,)), []
    recording = PoolRecording(
        build,
        contenders,
        [one for one in OPERATIONS if one.name == READ],
        store,
        profile=PROFILES["S"],
        seed=3,
        stack_root=bzt_stack_root,
        log_directory=tmp_path / "logs",
    )
    assert recording.run({EQUAL: 1, SLOWER: 1}, math.inf, told.append) == 2
    assert recording.run({EQUAL: 1, SLOWER: 2}, math.inf, told.append) == 1
    assert recording.run({EQUAL: 1, SLOWER: 2}, math.inf, told.append) == 0
    arms = store.read()
    assert {name: len(arm) for name, arm in arms.items()} == {"equal": 1, "slower-10": 2}
    lines = sorted((pair.line for arm in arms.values() for pair in arm.pairs), key=lambda line: line.number)
    assert [line.number for line in lines] == [1, 2, 3]
    assert len({line.repetitions for line in lines}) == 1
    assert not any(line.wrong or line.is_control for line in lines)
    slower = np.exp(arms["slower-10"].log_ratios("service_cpu"))
    assert (slower > 1.3).all()
    assert (slower < 1.8).all()
    assert np.exp(arms["equal"].log_ratios("service_cpu")[0]) == pytest.approx(1.0, abs=0.15)
    assert told[-1].startswith("pair 3, slower-10: ")
    assert not [path for path in bzt_stack_root.iterdir() if path.name.startswith("stack-")]
