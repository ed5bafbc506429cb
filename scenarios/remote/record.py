"""What the master leaves in a trial's directory beside the samples: who the workers were."""

from __future__ import annotations

from pathlib import Path

import msgspec

#: One :class:`RemoteWorker` per worker, by number.
WORKERS_FILE = "remote-workers.json"

#: One :class:`WorkerUsage` a line.
USAGE_FILE = "remote-usage.jsonl"

#: Why the trial ended before its time.
FAILURE_FILE = "remote-failure"


class RemoteWorker(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One remote worker of a trial. Its clock: CLOCK_MONOTONIC minus the master's before the load, how much that
    changed until the end, and the most that either may be wrong; None where it could not be read."""

    number: int
    name: str
    host: str
    samples: int
    clock_difference_s: float | None = None
    clock_change_s: float | None = None
    clock_error_s: float | None = None


class WorkerUsage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """CPU time of a worker's process since it began, at an instant of the master's CLOCK_MONOTONIC."""

    worker: int
    t_monotonic_ns: int
    cpu_ns: int


def read_remote_workers(trial_directory: Path) -> tuple[RemoteWorker, ...]:
    """Empty for a trial without any; msgspec.ValidationError when the file is something else."""
    file = trial_directory / WORKERS_FILE
    return msgspec.json.decode(file.read_bytes(), type=tuple[RemoteWorker, ...]) if file.exists() else ()


def read_worker_usage(trial_directory: Path) -> list[WorkerUsage]:
    """In order of arrival; a torn last line is dropped. msgspec.ValidationError when a line is something else."""
    file = trial_directory / USAGE_FILE
    decode = msgspec.json.Decoder(WorkerUsage).decode
    return [decode(line) for line in file.read_bytes().split(b"\n")[:-1]] if file.exists() else []
