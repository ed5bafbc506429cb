"""Cycles of DIRAC's own agents on real stacks: what is counted is what they did."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy

from harness.builds.environment import BuildEnvironment, prepare_build
from harness.cycles import BuildCycles, CycleMeasurement, CycleResult
from harness.dataset.profiles import Profile
from harness.email_cache import Setting
from harness.measure import cycle_run
from harness.measure.cycle_catalogue import CYCLES
from harness.measure.cycle_run import CycleRun, measure_cycle
from harness.measure.cycle_states import WithHistory
from harness.measure.email_cache import Blocks, measure_blocks
from harness.model import BuildIdentity
from harness.settings import cache_folder
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack

TINY = Profile(
    name="tiny",
    sites=3,
    computing_elements=4,
    storage_elements=2,
    fts_servers=1,
    vos=1,
    status_vos=0,
    history_rows=20,
    log_rows=20,
    downtimes=3,
)
KINDS = ("Site", "Resource")
KEYS = TINY.sites + TINY.resource_status_rows


def rows(stack: Stack, statement: str) -> list[tuple[object, ...]]:
    engine = sqlalchemy.create_engine(stack.database.url("ResourceStatusDB"), poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement).all()]


def only(result: CycleResult) -> CycleMeasurement:
    assert result.problem is None
    (measured,) = result.measurements
    return measured


@pytest.mark.stack
def test_agents_of_today_do_what_is_counted(build: BuildEnvironment, stack_root: Path) -> None:
    with start_stack(build, profile=TINY, seed=7, stack_root=stack_root, log_directory=None) as stack:
        summarised = only(measure_cycle(stack, replace(CYCLES["summarize-logs-0"], state=WithHistory(0)), 1))
        assert rows(stack, "SELECT COUNT(*) FROM ResourceLog WHERE ID < (SELECT MAX(ID) FROM ResourceLog)") == [
            (0,)
        ]
        history = rows(
            stack, "SELECT Name, StatusType FROM ResourceHistory UNION ALL SELECT Name, '' FROM SiteHistory"
        )
        assert len(history) == len(set(history)) == KEYS

        synchronised = only(measure_cycle(stack, CYCLES["synchronizer"], 1))
        names = {
            name for (name,) in rows(stack, "SELECT Name FROM SiteStatus UNION SELECT Name FROM ResourceStatus")
        }
        assert {"LCG.Newtown.xx", "arc01.newtown.example", "NEWTOWN-DISK"} <= names

        fed = only(measure_cycle(stack, replace(CYCLES["cache-feeder"], settled=False), 1))
        inspected = only(measure_cycle(stack, CYCLES["site-inspector"], 1))

    assert summarised.calls == {
        "ResourceStatus.select": 2 + KEYS,
        "ResourceStatus.insert": KEYS,
        "ResourceStatus.delete": 3,
    }
    assert summarised.rows_written == KEYS + 2 * KEYS + (KEYS - 2)  # history, and the log but for its last rows
    assert summarised.commits == KEYS + 3
    assert min(summarised.wall_s, *summarised.cpu_s.values()) > 0
    assert summarised.errors == {}

    assert synchronised.calls["ResourceStatus.addIfNotThere"] == 6  # site, computing element, four ways of access
    assert synchronised.rows_written > 6

    assert fed.calls["ResourceManagement.addOrModify"] > 0
    assert fed.rows_written > 0
    (error,) = fed.errors
    assert "FreeDiskSpace: AttributeError: " in error
    assert "'SpaceTokenOccupancyCache' has no attribute 'meta'" in error

    assert (
        inspected.calls["ResourceManagement.addOrModify"] == 2 * inspected.calls["ResourceStatus.addOrModify"] > 0
    )
    assert inspected.errors == {}


@pytest.mark.stack
def test_a_service_that_is_killed_ends_the_cycle_with_what_killed_it(
    build: BuildEnvironment, stack_root: Path
) -> None:
    with start_stack(build, profile=TINY, seed=7, stack_root=stack_root, log_directory=None) as stack:
        (service,) = stack.pids["service"]
        killer = threading.Thread(target=_kill_at, args=(stack, b"ResourceStatus: insert", service))
        killer.start()
        result = measure_cycle(stack, replace(CYCLES["summarize-logs-0"], timeout_s=60.0), 1)
        killer.join()
    assert result.measurements == ()
    assert result.problem is not None
    assert "was killed by SIGKILL" in result.problem


def _kill_at(stack: Stack, served: bytes, pid: int) -> None:
    while served not in stack.service_logs["ResourceStatus"].read_bytes():
        threading.Event().wait(0.02)
    psutil.Process(pid).kill()


@pytest.mark.stack
def test_an_old_release_is_measured_over_dips(stack_root: Path) -> None:
    old = prepare_build("7.3.38", cache_folder(), print)
    with start_stack(old, profile=TINY, seed=7, stack_root=stack_root, log_directory=None) as stack:
        tokens = measure_cycle(stack, CYCLES["token"], 2)
        kept: list[dict[str, Any]] = []
        measure_blocks(
            stack, [Setting("service", 1, "threads")], Blocks(0.5, 1, seed=1), lambda **done: kept.append(done)
        )
    assert tokens.problem is None
    first, second = tokens.measurements
    assert first.calls == second.calls
    assert set(first.statements) == set(second.statements)  # the agent takes the tables in the order of a set
    assert first.calls["ResourceStatus.select"] == 3  # sites, resources, and nodes, which it still had
    assert min(first.cpu_s.values()) > 0
    ((written,),) = [one["settings"] for one in kept]
    assert written.messages > 0
    assert (written.errors, written.lost) == ((), 0)


class _FakeStack:
    def __init__(self) -> None:
        self.settings, self.database_version = {"https": None}, "10.11"
        self.died: str | None = None
        self.stopped = 0

    def death(self) -> str | None:
        return self.died

    def stop(self) -> None:
        self.stopped += 1


def test_what_dies_in_one_cycle_does_not_spoil_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    build = BuildEnvironment(Path("python"), BuildIdentity("9.1.22", "9.1.22", "none", "3.11", "key", {}))
    started: list[_FakeStack] = []

    def start() -> _FakeStack:
        started.append(_FakeStack())
        return started[-1]

    def measure(stack: _FakeStack, cycle: object, repetitions: int) -> CycleResult:
        if len(measured) == 0:
            stack.died = "the service (pid 1) was killed"
        measured.append(stack)
        return CycleResult("a cycle", (), stack.died)

    measured: list[_FakeStack] = []
    monkeypatch.setattr(cycle_run, "measure_cycle", measure)
    cycles = [CYCLES["token"], CYCLES["synchronizer"], CYCLES["site-inspector"]]
    kept: list[BuildCycles] = []
    CycleRun(build, start, print).measure(cycles, 1, kept.append)

    assert [len(one.cycles) for one in kept] == [1, 2, 3]
    assert [one.problem for one in kept[-1].cycles] == ["the service (pid 1) was killed", None, None]
    assert measured == [started[0], started[1], started[1]]
    assert [one.stopped for one in started] == [1, 1]
