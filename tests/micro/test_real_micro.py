"""Micro-benchmarks inside the environments of real builds, on a real database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import sqlalchemy

from harness import command
from harness.builds.benchmarking import pytest_folder
from harness.builds.cache import intact_environment
from harness.builds.environment import BuildEnvironment, prepare_build
from harness.dataset.profiles import PROFILES
from harness.errors import SettingsError, StackError
from harness.micro.benchmark_file import read_benchmark_file
from harness.micro.comparing import compare_builds
from harness.micro.databases import BuildDatabase, loaded_database
from harness.micro.process import Course, MicroProcess
from harness.micro.record import MicroRecord
from harness.micro_comparison import MicroSettings
from harness.settings import cache_folder
from harness.store import MICRO_COMPARISON
from tests.compare.changed_build import changed_build
from tests.conftest import reachable_folder

pytestmark = pytest.mark.stack

RSSBENCH = Path(sys.executable).with_name("rssbench")
PYTEST_BENCHMARK = RSSBENCH.with_name("pytest-benchmark")

#: What the client prepares parameters with, made slower by about a quarter.
SLOWER = {
    "DIRAC/ResourceStatusSystem/Client/ResourceManagementClient.py": [
        ("    paramsDict = {}\n", "    paramsDict = {}\n    sum(range(12))\n")
    ]
}
OTHER_RELEASES = ("7.2.52", "7.3.38", "8.0.86", "9.0.0", "9.0.28")
MODIFY_ACCOUNTING = "bench_add.py::bench_modify[AccountingCache]"


@pytest.fixture(scope="module")
def tools(build: BuildEnvironment) -> Path:
    return pytest_folder(build.python, cache_folder(), print)


@contextmanager
def database_of(build: BuildEnvironment, profile: str = "S") -> Iterator[BuildDatabase]:
    with reachable_folder() as root, loaded_database(build, PROFILES[profile], 1, root, print) as database:
        yield database


def course(select: str = "") -> Course:
    return Course(select, max_time_s=0.005, min_time_s=0.0005)


def test_every_benchmark_has_figures_or_a_reason_and_leaves_no_row(
    pytestconfig: pytest.Config, build: BuildEnvironment, tools: Path, tmp_path: Path
) -> None:
    builds = [build]
    if pytestconfig.getoption("--all-releases"):
        builds += [prepare_build(release, cache_folder(), print) for release in OTHER_RELEASES]
    for one in builds:
        with database_of(one, "M") as database:
            assert database.cfg_file.stat().st_mode & 0o777 == 0o600
            json_file = tmp_path / f"{one.identity.name}.json"
            file = read_benchmark_file(MicroProcess(database, tools, course(), json_file).wait(120))
            assert not database.restore()
        version = one.identity.dirac_version
        lacking = {} if version < "9.1" else {MODIFY_ACCOUNTING: f"DIRAC {version} has no table AccountingCache"}
        assert (file.absent, file.failed) == (lacking, {})
        assert len(file.measured) == 67 - len(lacking)
        assert all(0 < figure.value_s < 1 and figure.wall_s for figure in file.measured.values())
        assert intact_environment(one.python.parent.parent) is not None


def test_rows_that_a_process_left_are_restored_and_no_fitting_name_is_refused(
    build: BuildEnvironment, tools: Path, tmp_path: Path
) -> None:
    with database_of(build) as database:
        engine = sqlalchemy.create_engine(
            database.stack.database.url("ResourceStatusDB"), poolclass=sqlalchemy.NullPool
        )
        with engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM SiteStatus LIMIT 1")
        assert database.restore()
        assert not database.restore()
        with pytest.raises(SettingsError, match="no micro-benchmark has a name that fits 'nothing'"):
            MicroProcess(database, tools, course("nothing"), tmp_path / "none.json").wait(60)
        database.stack.kill()
        with pytest.raises(StackError, match="was killed by SIGKILL"):
            database.restore()


def test_a_slower_client_is_found_and_the_control_finds_nothing(
    build: BuildEnvironment, tools: Path, stack_root: Path, tmp_path: Path
) -> None:
    slower = changed_build(build, tmp_path / "slower", SLOWER)
    settings = MicroSettings("prepare_dict_sparse", "S", 1, budget_s=200)
    (tmp_path / "run").mkdir()
    record = MicroRecord(
        tmp_path / "run", command="rssbench micro", settings=settings, builds=(build.identity, slower.identity)
    )
    result = compare_builds(
        (build, slower),
        tools,
        settings,
        record,
        stack_root=stack_root,
        progress=print,
        check=lambda: None,
    )
    assert MICRO_COMPARISON.read(tmp_path / "run") == result
    assert (result.verdict, result.status, result.interleaved) == ("regression", "complete", True)
    assert result.judgements[0].effect_ratio
    assert 1.1 < result.judgements[0].effect_ratio < 2.0
    assert result.control
    assert {one.verdict for one in result.control} <= {"same", "inconclusive"}
    pairs = sorted(path.name for path in (tmp_path / "run" / "pairs").iterdir())
    assert pairs[:2] == ["0001-baseline.json", "0001-contender.json"]
    assert pairs[8:10] == ["0005-baseline-again.json", "0005-baseline.json"]
    compared = subprocess.run(
        [PYTEST_BENCHMARK, "compare", *(tmp_path / "run" / "pairs").glob("0001-*.json")],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert "bench_prepare_dict_sparse" in compared.stdout
    assert not command.marked_processes("stack-")


def test_one_build_shows_its_figures_and_what_a_small_data_set_cannot_answer(
    tmp_path: Path, stack_root: Path
) -> None:
    ended = subprocess.run(
        [RSSBENCH, "micro", "9.1.22", "-k", "whole_rows or latest", "--profile", "S"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"RSSBENCH_STACK_FOLDER": str(stack_root)},
        check=True,
    )
    lines = ended.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == [f"bench_select.py::bench_whole_rows[{n}]" for n in (1, 50)]
    assert lines[3:] == [
        "ABSENT  bench_select.py::bench_latest_of_history: the data set has no rows in ResourceHistory",
        "ABSENT  bench_select.py::bench_whole_rows[700]: the data set has only 150 rows in ResourceLog",
    ]
    (json_file,) = tmp_path.glob("results/*/benchmarks.json")
    assert json.loads(json_file.read_text())["machine_info"]["cpu"]


def test_a_signal_ends_a_comparison_in_order_and_what_was_measured_stays(
    tmp_path: Path, bzt_stack_root: Path
) -> None:
    with subprocess.Popen(
        [
            RSSBENCH,
            "micro",
            "9.1.22",
            "9.1.22",
            "-k",
            "prepare_dict_filled",
            "--profile",
            "S",
            "--results",
            "elsewhere",
        ],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"RSSBENCH_STACK_FOLDER": str(bzt_stack_root)},
    ) as process:
        assert process.stderr
        assert process.stdout
        for line in process.stderr:
            if line.startswith("pair 1"):
                break
        marks = {path.name for path in bzt_stack_root.glob("stack-*")}
        assert marks
        assert not any("password" in " ".join(p.cmdline()).lower() for p in marked(marks))
        process.send_signal(signal.SIGINT)
        assert process.stdout.read().startswith("INCONCLUSIVE")
    assert process.returncode == 4
    (stored,) = tmp_path.glob("elsewhere/*/micro.json")
    result = MICRO_COMPARISON.read(stored.parent)
    assert (result.status, result.problems) == ("incomplete", ("interrupted",))
    assert result.judgements[0].pairs >= 1
    deadline_s = time.monotonic() + 10
    while marked(marks) and time.monotonic() < deadline_s:
        time.sleep(0.1)
    assert not marked(marks)
    assert not list(bzt_stack_root.glob("stack-*"))


def marked(marks: set[str]) -> list[psutil.Process]:
    return [process for mark in marks for process in command.marked_processes(mark)]
