"""One real stack for all tests that leave it as it is, and room for stacks of their own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.builds.environment import BuildEnvironment, prepare_build
from harness.dataset.profiles import PROFILES
from harness.stack.lifecycle import Stack, start_stack


@pytest.fixture(scope="session")
def build() -> BuildEnvironment:
    """The real DIRAC, from the cache of the machine."""
    return prepare_build(
        "9.1.22", Path(os.environ.get("RSSBENCH_CACHE", Path.home() / ".cache" / "rssbench")), print
    )


@pytest.fixture(scope="session")
def stack_root() -> Iterator[Path]:
    """Not below pytest's own folder, which the account of the database server may not enter."""
    folder = Path(tempfile.mkdtemp(prefix="rssbench-test-", dir="/var/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def stack(build: BuildEnvironment, stack_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with profile S, for tests that only look."""
    with start_stack(
        build,
        profile=PROFILES["S"],
        seed=7,
        stack_root=stack_root,
        log_directory=tmp_path_factory.mktemp("logs"),
    ) as started:
        yield started
