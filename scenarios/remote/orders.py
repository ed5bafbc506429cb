"""The orders of the processes of a distributed load: one JSON file each, named on their command line."""

from __future__ import annotations

from pathlib import Path

import msgspec

from scenarios.load_plan import LoadPlan


class MasterOrders(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``plan``: of the whole load; its ``workers`` must come before ``wait_s`` have passed. ``last``: no other
    trial follows, so the workers can go."""

    plan: LoadPlan
    host: str
    port: int
    token_file: str
    wait_s: float
    last: bool


class WorkerOrders(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``directory``: for the worker's files while it works. ``ca_file`` and the others: None for what the master
    names, which is right on the master's machine. ``wait_s``: how long to look for a master."""

    host: str
    port: int
    token_file: str
    name: str
    directory: str
    wait_s: float
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None


#: How a worker process ends: its trial is over and another may come; the run is over; it cannot go on, as its last
#: line says.
EXIT_AGAIN, EXIT_OVER, EXIT_FAILED = 0, 3, 4


def read_master_orders(file: Path) -> MasterOrders:
    return msgspec.json.decode(file.read_bytes(), type=MasterOrders)


def read_worker_orders(file: Path) -> WorkerOrders:
    return msgspec.json.decode(file.read_bytes(), type=WorkerOrders)
