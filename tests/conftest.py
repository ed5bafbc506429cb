"""Shared rules of the test run: tests with a real stack may not be skipped unnoticed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from harness.builds.environment import BuildEnvironment, prepare_build
from harness.dataset.profiles import PROFILES
from harness.errors import StackError
from harness.selftest.changed_clone import make_published_clone
from harness.settings import cache_folder
from harness.stack.choosing import ENGINE_VARIABLE
from harness.stack.engine import Engine, find_engine
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack

from .installed_script import script

# tests say what is right, not how fast this machine was just then
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

_ran: list[str] = []
_skipped: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-stack",
        action="store_true",
        help="fail when a test marked stack was skipped (unless only root can run it and we are not), or none ran",
    )

    parser.addoption(
        "--require-containers",
        action="store_true",
        help="fail when a test that needs a container engine was skipped because none answers",
    )

    parser.addoption(
        "--all-releases",
        action="store_true",
        help="start stacks of every release that the suite knows, not only of two old ones; installs each once",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # noqa: ANN201
    report = yield
    if item.get_closest_marker("stack"):
        if report.skipped and not _may_be_skipped(item, str(report.longrepr)):
            _skipped.append(item.nodeid)
        elif report.when == "call":
            _ran.append(item.nodeid)
    return report


def _may_be_skipped(item: pytest.Item, reason: str) -> bool:
    if "no container engine" in reason:
        return not item.config.getoption("--require-containers")
    return bool(os.getuid()) and "only root" in reason


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--require-stack") and (_skipped or not _ran) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--require-stack"):
        terminalreporter.write_line(f"tests with a real stack: {len(_ran)} ran, {len(_skipped)} skipped")


@pytest.fixture(scope="session")
def build() -> BuildEnvironment:
    """The real DIRAC, from the cache of the machine."""
    return prepare_build("9.1.22", cache_folder(), print)


@pytest.fixture(scope="session")
def dirac_clone(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """A git clone with one commit per release, tagged v9.1.21 and v9.1.22. A test that changes it copies it.

    What was downloaded is kept for the next session.
    """
    downloads = pytestconfig.cache.mkdir("dirac-sources")
    return make_published_clone(tmp_path_factory.mktemp("clone") / "DIRAC", ("9.1.21", "9.1.22"), downloads)


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The container engine of this machine; without one the test is skipped."""
    try:
        return find_engine(os.environ.get(ENGINE_VARIABLE))
    except StackError as error:
        pytest.skip(str(error))


@contextlib.contextmanager
def reachable_folder() -> Iterator[Path]:
    """Not below pytest's own folder, which the account of the database server may not enter."""
    folder = Path(tempfile.mkdtemp(prefix="rssbench-test-", dir="/var/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def stack_root() -> Iterator[Path]:
    """Where the stacks of this session live."""
    with reachable_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def bzt_stack_root() -> Iterator[Path]:
    """Where bzt's stacks live: all that stands in it belongs to the one bzt that runs."""
    with reachable_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def stack(build: BuildEnvironment, stack_root: Path) -> Iterator[Stack]:
    """A stack with profile S, for tests that only look or have databases of their own in it."""
    with start_stack(build, profile=PROFILES["S"], seed=7, stack_root=stack_root, log_directory=None) as started:
        yield started


@pytest.fixture(scope="session")
def loaded_stack(build: BuildEnvironment, stack_root: Path) -> Iterator[Callable[[str], Stack]]:
    """``loaded_stack(profile)``: a real stack with that data set as it was loaded, whatever tests did before.

    There is one stack per profile and session.
    """
    started: dict[str, Stack] = {}
    with contextlib.ExitStack() as ends:

        def loaded(profile: str) -> Stack:
            if profile in started:
                started[profile].reload_data_set()
            else:
                one = start_stack(
                    build, profile=PROFILES[profile], seed=7, stack_root=stack_root, log_directory=None
                )
                started[profile] = ends.enter_context(one)
            return started[profile]

        yield loaded


@pytest.fixture
def own_stacks(stack_root: Path) -> Iterator[Path]:
    """A folder for the stacks that this test alone leaves up with the installed script; none is afterwards."""
    folder = stack_root / "cli"
    yield folder
    script(folder, "stack", "down")
