"""Fresh processes on copies of what a frozen stack has loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import psutil
import pytest
import sqlalchemy

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.errors import StackError
from harness.model import FrontDoor
from harness.stack.fresh import Origin, Placement, fresh_stacks
from harness.stack.lifecycle import Stack
from harness.stack.readiness import RpcCall, check_rows, rpc_values
from harness.stack.starting import start_stack
from harness.stack.tables import table_definitions
from scenarios.catalogue import Catalogue, read_catalogue
from tests.compare.changed_build import changed_build

pytestmark = pytest.mark.stack

PLACEMENT = Placement(hash_seed=7)
SERVER = "DIRAC/Core/Tornado/scripts/tornado_start_all.py"


@pytest.fixture(scope="module")
def frozen(build: BuildEnvironment, stack_root: Path) -> Iterator[Stack]:
    with start_stack(build, profile=PROFILES["S"], seed=3, stack_root=stack_root, log_directory=None) as stack:
        definitions = table_definitions(stack.database)
        stack.reload_data_set()
        assert table_definitions(stack.database) == definitions  # counters do not count
        assert "CREATE TABLE" in definitions["ResourceStatusDB.SiteStatus"]
        stack.freeze()
        yield stack


@pytest.fixture(scope="module")
def catalogue(frozen: Stack) -> Catalogue:
    return read_catalogue(frozen.catalogue_file)


def count(stack: Stack, table: str) -> int:
    engine = sqlalchemy.create_engine(stack.database.url("ResourceStatusDB"), poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        return int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one())


def test_a_frozen_stack_has_no_process_and_keeps_its_directory(frozen: Stack) -> None:
    assert frozen.death() is not None
    assert not [process for pids in frozen.pids.values() for process in pids if psutil.pid_exists(process)]
    assert frozen.server.data_directory.is_dir()


def test_both_answer_with_the_loaded_rows_and_neither_sees_the_others_writes(
    frozen: Stack, build: BuildEnvironment, catalogue: Catalogue, tmp_path: Path
) -> None:
    origins = [Origin("baseline", frozen, build), Origin("contender", frozen, build)]
    with fresh_stacks(origins, [PLACEMENT] * 2, tmp_path) as (one, other):
        for stack in (one, other):
            with closing(stack.client()) as client:
                check_rows(partial(rpc_values, client), catalogue)
        before = count(other, "ResourceStatusCache")
        row = {
            "SiteName": "a",
            "ResourceName": "b",
            "Status": "Banned",
            "PreviousStatus": "Active",
            "StatusType": "all",
        }
        with closing(one.client()) as client:
            rpc_values(client, [RpcCall("ResourceStatus", "insert", ["ResourceStatusCache", row])])
        assert count(one, "ResourceStatusCache") == before + 1
        assert count(other, "ResourceStatusCache") == before
        assert {file.name for file in tmp_path.iterdir()} == {"0-baseline", "1-contender"}
    with fresh_stacks(origins[:1], [PLACEMENT], tmp_path) as (again,):
        assert count(again, "ResourceStatusCache") == before


@pytest.mark.parametrize("front_door", ["https", "dips"])
def test_processes_run_where_and_as_the_placement_says(
    frozen: Stack, build: BuildEnvironment, tmp_path: Path, front_door: FrontDoor
) -> None:
    """Over dips too, whose services start after the database: another front door on what was loaded over https."""
    core = min(psutil.Process().cpu_affinity() or [0])
    placement = Placement(4321, frozenset({core}), frozenset({core}))
    origin = Origin("baseline", frozen, build, front_door)
    with fresh_stacks([origin], [placement], tmp_path) as (stack,):
        assert len(stack.pids["service"]) == len(set(stack.ports[front_door].values()))
        for pids in stack.pids.values():
            for process in map(psutil.Process, pids):
                assert process.cpu_affinity() == [core]
                assert {psutil.Process(thread.id).cpu_affinity()[0] for thread in process.threads()} == {core}
        for pid in stack.pids["service"]:
            assert psutil.Process(pid).environ()["PYTHONHASHSEED"] == "4321"
        with closing(stack.client()) as client:
            check_rows(partial(rpc_values, client), read_catalogue(stack.catalogue_file))


def test_nothing_is_left_of_them_but_the_frozen_stack(
    frozen: Stack, build: BuildEnvironment, tmp_path: Path
) -> None:
    before = {path.name for path in frozen.directory.iterdir()}
    with fresh_stacks([Origin("baseline", frozen, build)], [PLACEMENT], tmp_path) as (stack,):
        pids = [pid for pids in stack.pids.values() for pid in pids]
        assert stack.directory.parent == frozen.directory
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert {path.name for path in frozen.directory.iterdir()} == before


def test_a_build_that_does_not_start_is_named_with_its_last_words_and_ends_the_others(
    frozen: Stack, build: BuildEnvironment, tmp_path: Path
) -> None:
    broken = changed_build(
        build,
        tmp_path / "broken",
        {SERVER: [("def main():\n", "def main():\n    raise SystemExit('no licence')\n")]},
    )
    before = {path.name for path in frozen.directory.iterdir()}
    origins = [Origin("baseline", frozen, build), Origin("contender", frozen, broken)]
    with (
        pytest.raises(StackError, match=r"(?s)service of the contender .* ended with exit code 1.*no licence"),
        fresh_stacks(origins, [PLACEMENT] * 2, tmp_path / "logs"),
    ):
        pytest.fail("it started")
    assert {path.name for path in frozen.directory.iterdir()} == before
