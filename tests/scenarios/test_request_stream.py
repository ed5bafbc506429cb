"""Which requests a worker builds: by weight or in sequence, numbered so that the audit can replay them."""

from collections import Counter
from itertools import chain, islice
from typing import Any

import pytest

from scenarios.operations import OPERATIONS
from scenarios.request_stream import NumberedRequest, iterations, operations_of
from scenarios.workloads import WORKLOADS

from .plans import plan_of

TWO = {"ResourceStatus.select by name": 3.0, "ResourceStatus.addOrModify status": 1.0}


def built(iterations_count: int, **asked: Any) -> list[NumberedRequest]:
    return list(chain(*islice(iterations(plan_of(**asked)), iterations_count)))


def names(requests: list[NumberedRequest]) -> list[str]:
    return [OPERATIONS[request.operation].name for request in requests]


def test_sequence_counts_the_requests_and_stands_in_the_token() -> None:
    requests = built(5, worker=2, workers=3)
    assert [request.sequence for request in requests] == [0, 1, 2, 3, 4]
    assert [request.request.token for request in requests] == [f"run-2-{sequence}" for sequence in range(5)]


def test_position_counts_each_operation_over_all_workers() -> None:
    positions: dict[int, list[int]] = {}
    for worker in range(3):
        for request in built(300, weights=TWO, workers=3, worker=worker):
            positions.setdefault(request.operation, []).append(request.request.position)
    for of_operation in positions.values():
        assert len(set(of_operation)) == len(of_operation), "no two requests of an operation share a position"
    first = [r for r in built(300, weights=TWO, workers=3, worker=1) if r.operation == next(iter(positions))]
    assert [request.request.position for request in first[:3]] == [1, 4, 7]


def test_operations_are_drawn_in_their_shares() -> None:
    counted = Counter(names(built(10_000, weights=TWO)))
    assert counted["ResourceStatus.select by name"] == pytest.approx(7_500, rel=0.03)
    assert counted.total() == 10_000


def test_the_weights_of_the_plan_replace_those_of_the_workload() -> None:
    assert set(names(built(100, weights={"ResourceStatus.select by name": 1.0}))) == {
        "ResourceStatus.select by name"
    }
    assert set(names(built(3_000))) == set(WORKLOADS["select_mix"].operations)


def test_an_iteration_of_a_sequence_is_all_of_it_in_order() -> None:
    requests = built(2, scenario="burst")
    assert tuple(names(requests)) == (WORKLOADS["burst"].sequence or ()) * 2
    assert [request.sequence for request in requests] == list(range(len(requests)))


def test_replaying_gives_the_same_requests() -> None:
    assert built(1000) == built(1000)


@pytest.mark.parametrize("other", [{"seed": 2}, {"workers": 2, "worker": 1}])
def test_seed_and_worker_decide_the_draw(other: dict[str, Any]) -> None:
    assert names(built(50)) != names(built(50, **other))


@pytest.mark.parametrize("scenario", list(WORKLOADS))
def test_every_workload_can_be_built(scenario: str) -> None:
    plan = plan_of(scenario=scenario)
    possible = set(operations_of(plan))
    assert {request.operation for request in built(50, scenario=scenario)} <= possible
    assert possible


def test_an_unknown_operation_is_an_error() -> None:
    with pytest.raises(KeyError, match="no such operation"):
        built(1, weights={"no such operation": 1.0})
