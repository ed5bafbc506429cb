"""What remote workers use counts as what processes of this machine use."""

from __future__ import annotations

from harness.measure.remote_usage import with_remote_generators
from harness.measure.resources import worker_cpu_ratio
from harness.measure.usage import Snapshot
from scenarios.remote.record import WorkerUsage

S = 1_000_000_000


def snapshots() -> list[Snapshot]:
    return [Snapshot(second * S, {"service": {7: second * S // 2}}, {"service": 1}) for second in (10, 12, 14)]


def test_without_remote_workers_nothing_changes() -> None:
    assert with_remote_generators(snapshots(), []) == snapshots()


def test_cpu_time_between_two_messages_grows_evenly() -> None:
    usage = [
        WorkerUsage(3, 9 * S, 0),
        WorkerUsage(3, 13 * S, 2 * S),
        WorkerUsage(4, 10 * S, S),
        WorkerUsage(4, 14 * S, S),
    ]
    found = with_remote_generators(snapshots(), usage)
    assert [one.cpu_ns["generator"] for one in found] == [
        {3: S // 2, 4: S},
        {3: 3 * S // 2, 4: S},
        {3: 2 * S, 4: S},
    ]
    assert [one.cpu_ns["service"] for one in found] == [{7: 5 * S}, {7: 6 * S}, {7: 7 * S}]
    assert worker_cpu_ratio(found[:2]) == 0.5, "of the busiest"
