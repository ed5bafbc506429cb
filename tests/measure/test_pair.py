"""A pair measured on real services: every request on both sides, with what it cost."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from random import Random

import numpy as np
import psutil
import pytest

from harness.builds.environment import BuildEnvironment
from harness.errors import StackError
from harness.measure.pair import PairMeasurement, measure_pair
from harness.measure.pair_ratios import pair_ratios
from harness.stack.fresh import Origin, Placement, fresh_stacks
from harness.stack.lifecycle import Stack
from scenarios.catalogue import Catalogue
from scenarios.operation import Call, Operation, Request
from scenarios.operations import OPERATIONS
from tests.compare.changed_build import changed_build

pytestmark = pytest.mark.stack

NAMES = ("ResourceStatus.select by name", "ResourceStatus.insert history", "ResourceStatus.delete old log")
CHOSEN = [operation for operation in OPERATIONS if operation.name in NAMES]
DATABASE_CLASS = "DIRAC/Core/Base/SQLAlchemyDB.py"
SELECT = "            # setting up the select query\n"
#: The baseline, slowed down in every select by work that no clock of ours sees beforehand.
SLOWER = f"            sum(range(400_000))\n{SELECT}"


@pytest.fixture(scope="module")
def measured(
    frozen: Stack, build: BuildEnvironment, catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory
) -> PairMeasurement:
    """The build beside one whose selects are slower."""
    folder = tmp_path_factory.mktemp("pair")
    slower = changed_build(build, folder / "slower", {DATABASE_CLASS: [(SELECT, SLOWER)]})
    origins = [Origin("baseline", frozen, build), Origin("contender", frozen, slower)]
    with fresh_stacks(origins, [Placement(1)] * 2, folder / "logs") as stacks:
        return measure_pair(stacks, catalogue, CHOSEN, (20, 10, 5), Random(4))


def test_each_request_is_there_once_per_side(measured: PairMeasurement) -> None:
    rows = measured.rows
    assert not measured.wrong
    assert rows.size == 2 * (20 + 10 + 5)
    for side in (0, 1):
        own = rows[rows["side"] == side]
        assert sorted(own["request"]) == list(range(35))
        assert [int((own["operation"] == index).sum()) for index in range(3)] == [20, 10, 5]


def test_every_request_took_time_and_cpu_and_no_more_cpu_than_it_could(measured: PairMeasurement) -> None:
    for field in ("service_cpu_ns", "database_cpu_ns", "service_time_ns"):
        assert (measured.rows[field] > 0).all()
    assert 1e6 < np.median(measured.rows["service_cpu_ns"]) < 1e8


def test_operations_come_in_no_order(measured: PairMeasurement) -> None:
    rows = measured.rows[measured.rows["side"] == 0]
    order = list(rows[np.argsort(rows["request"])]["operation"])
    assert order != sorted(order)


def test_the_slower_select_shows_in_select_and_nowhere_else(measured: PairMeasurement) -> None:
    found = {(one.metric, one.operation): one.log_ratio for one in pair_ratios(measured.rows, NAMES)}
    assert found["service_cpu", NAMES[0]] > 0.5
    assert found["service_time", NAMES[0]] > 0.5
    assert abs(found["service_cpu", NAMES[1]]) < 0.35
    assert abs(found["database_cpu", NAMES[0]]) < 0.35


def test_what_is_left_out_is_not_sent(
    frozen: Stack, build: BuildEnvironment, catalogue: Catalogue, tmp_path: Path
) -> None:
    with fresh_stacks([Origin("baseline", frozen, build)] * 2, [Placement(1)] * 2, tmp_path) as stacks:
        rows = measure_pair(stacks, catalogue, CHOSEN, (2, 0, 0), Random(4)).rows
    assert set(rows["operation"]) == {0}


def test_a_wrong_answer_of_one_side_is_kept_with_its_first_words(
    frozen: Stack, build: BuildEnvironment, catalogue: Catalogue, tmp_path: Path
) -> None:
    wrong = changed_build(
        build, tmp_path / "wrong", {DATABASE_CLASS: [(SELECT, f"            return S_OK([])\n{SELECT}")]}
    )
    origins = [Origin("baseline", frozen, build), Origin("contender", frozen, wrong)]
    with fresh_stacks(origins, [Placement(1)] * 2, tmp_path / "logs") as stacks:
        measured = measure_pair(stacks, catalogue, CHOSEN, (3, 3, 0), Random(4))
    assert list(measured.wrong) == [(1, NAMES[0])]
    assert "expected" in measured.wrong[1, NAMES[0]]
    outcomes = {side: measured.rows["outcome"][measured.rows["side"] == side] for side in (0, 1)}
    assert not outcomes[0].any()
    assert int((outcomes[1] != 0).sum()) == 3


def test_a_service_that_dies_on_the_way_is_named(
    frozen: Stack, build: BuildEnvironment, catalogue: Catalogue, tmp_path: Path
) -> None:
    origins = [Origin("baseline", frozen, build), Origin("contender", frozen, build)]
    with fresh_stacks(origins, [Placement(1)] * 2, tmp_path) as stacks:
        doomed = killing(CHOSEN[0], after=9, pid=stacks[1].pids["service"][0])
        with pytest.raises(StackError, match=r"service of the contender 9\.1\.22 .*killed by SIGKILL"):
            measure_pair(stacks, catalogue, [doomed], (50,), Random(4))


def killing(operation: Operation, *, after: int, pid: int) -> Operation:
    """The operation, which ends a process when it is prepared for the time ``after``."""

    def call(catalogue: Catalogue, request: Request) -> Call:
        if request.token.endswith(f"-{after}"):
            os.kill(pid, signal.SIGKILL)
            while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.01)
        return operation.call(catalogue, request)

    return Operation(operation.name, operation.service, operation.method, operation.kind, call)
