"""A stack on a disk that is too small, at the three places where it runs out of room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.errors import StackError
from harness.stack.starting import start_stack

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small disk"),
]


@pytest.fixture
def small_disk(stack_root: Path) -> Iterator[Callable[[int], Path]]:
    """``small_disk(megabytes)``: a folder with room for so much."""
    folder = stack_root / "small"
    folder.mkdir()
    mounted = []

    def mount(megabytes: int) -> Path:
        options = f"size={megabytes}m,mode=711"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "rssbench-test", folder], check=True)
        mounted.append(folder)
        return folder

    yield mount
    for path in mounted:
        subprocess.run(["umount", path], check=True)
    folder.rmdir()


@pytest.mark.parametrize("megabytes", [20, 120, 180])
def test_a_full_disk_is_named_and_nothing_stays(
    build: BuildEnvironment, small_disk: Callable[[int], Path], tmp_path: Path, megabytes: int
) -> None:
    root = small_disk(megabytes)
    with pytest.raises(StackError, match=r"only \d+ MB are free in .*small"):
        start_stack(build, profile=PROFILES["L"], seed=1, stack_root=root, log_directory=tmp_path)
    assert not list(root.glob("stack-*"))
