"""What a workload sends."""

from __future__ import annotations

import pytest

from scenarios.operations import OPERATIONS
from scenarios.workloads import WORKLOADS, Workload

BY_NAME = {operation.name: operation for operation in OPERATIONS}


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=lambda workload: workload.name)
def test_every_name_in_a_workload_is_an_operation(workload: Workload) -> None:
    assert workload.operations
    assert set(workload.operations) <= BY_NAME.keys()


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=lambda workload: workload.name)
def test_a_workload_is_either_a_mix_or_a_sequence(workload: Workload) -> None:
    assert (workload.weights is None) != (workload.sequence is None)


def test_the_weights_of_production_are_percentages() -> None:
    weights = WORKLOADS["production_mix"].weights
    assert weights is not None
    assert sum(weights.values()) == 100


def test_a_third_of_production_is_writes() -> None:
    weights = WORKLOADS["production_mix"].weights
    assert weights is not None
    written = sum(weight for name, weight in weights.items() if BY_NAME[name].kind == "write")
    assert written == pytest.approx(13 + 12 + 4 + 0.75)


@pytest.mark.parametrize("name", ["select_mix", "insert_mix", "update_mix"])
def test_a_mix_of_one_kind_holds_nothing_else(name: str) -> None:
    kind = "read" if name == "select_mix" else "write"
    assert {BY_NAME[operation].kind for operation in WORKLOADS[name].operations} == {kind}


def test_an_evaluation_writes_the_status_of_a_storage_element_four_times() -> None:
    sequence = WORKLOADS["burst"].sequence
    assert sequence is not None
    assert sequence.count("ResourceStatus.addOrModify status") == 4
    # first what the policies read, then whether the row is still the same, then what came of it
    assert [BY_NAME[name].kind for name in sequence] == ["read", "read", "write", "write", "read", *["write"] * 4]


def test_a_stampede_asks_for_nothing_but_the_whole_table() -> None:
    assert WORKLOADS["stampede"].operations == ("ResourceStatus.select full table",)
