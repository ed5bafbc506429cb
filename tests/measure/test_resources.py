"""CPU time per request and memory of each side."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.measure.resources import cpu_per_request, largest_memory, stolen_cpu_ratio, worker_cpu_ratio
from harness.measure.samples import Samples
from harness.measure.usage import Snapshot
from harness.model import CpuPerRequest, Memory
from scenarios.samples import Outcome


@pytest.fixture
def snapshots(start_ns: int) -> list[Snapshot]:
    """One second apart: 30 ms of two generator workers together, 50 ms of the service."""
    return [
        Snapshot(
            start_ns + second * 1_000_000_000,
            {"generator": {1: second * 10_000_000, 2: second * 20_000_000}, "service": {3: second * 50_000_000}},
            {"service": 100 + second, "database": 0},
        )
        for second in range(2)
    ]


def test_cpu_time_is_shared_by_the_requests_that_ended_between_the_snapshots(
    snapshots: list[Snapshot], samples_of: Callable[..., Samples]
) -> None:
    # the last one ends after the second snapshot; the failed one was work too, the unsent one was not
    outcome = [Outcome.ok] * 9 + [Outcome.refused, Outcome.unsent, Outcome.ok]
    samples = samples_of([0.1] * 11 + [0.9], latency_s=[0.01] * 11 + [0.2], outcome=outcome)
    assert cpu_per_request(snapshots, samples) == CpuPerRequest(0.003, 0.005, None)


def test_the_busiest_worker_is_compared_with_one_core(snapshots: list[Snapshot]) -> None:
    assert worker_cpu_ratio(snapshots) == pytest.approx(0.02)


def test_memory_is_the_largest_seen(snapshots: list[Snapshot]) -> None:
    assert largest_memory(snapshots) == Memory(service_bytes=101, database_bytes=None)


def test_without_snapshots_or_requests_nothing_is_claimed(
    snapshots: list[Snapshot], samples_of: Callable[..., Samples]
) -> None:
    nothing = CpuPerRequest(None, None, None)
    assert cpu_per_request([], samples_of([0.1])) == nothing
    assert cpu_per_request(snapshots, samples_of([])) == nothing
    assert worker_cpu_ratio([]) is None
    assert largest_memory([]) == Memory(None, None)


def test_stolen_time_is_compared_with_all_cores() -> None:
    """0.4 s of 2 s on two cores."""
    first = Snapshot(0, {}, {}, stolen_ns=1_000_000_000)
    last = Snapshot(2_000_000_000, {}, {}, stolen_ns=1_400_000_000)
    assert stolen_cpu_ratio([first, last], cores=2) == 0.1


def test_stolen_time_is_unknown_where_the_kernel_does_not_tell() -> None:
    assert stolen_cpu_ratio([Snapshot(0, {}, {}), Snapshot(1, {}, {})], cores=2) is None
    assert stolen_cpu_ratio([], cores=2) is None
