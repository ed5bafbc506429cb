"""The orders of one generator worker: one JSON file, named by the environment variable RSSBENCH_LOAD_PLAN.

The plan is the only way settings reach a scenario. Every worker of a trial gets the same plan but for
``worker``; together they send exactly the load of the plan.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import msgspec

from scenarios.diset_settings import DisetSettings

#: Names the file that holds the plan of this worker.
LOAD_PLAN_VARIABLE = "RSSBENCH_LOAD_PLAN"


class LoadPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The load of one trial and this worker's share of it.

    With ``rate_per_s`` the load is open-loop: arrivals come at that rate, whoever is free among ``users``
    serves them, and lateness counts. Without it, ``users`` work back to back (closed loop).
    """

    scenario: str
    #: operation name to weight, in place of the scenario's own
    weights: dict[str, float] | None = None
    arrivals: Literal["constant", "poisson"] = "constant"
    rate_per_s: float | None = None
    users: int = 1
    ramp_up_s: float = 0.0
    hold_for_s: float | None = None
    steps: int | None = None
    iterations: int | None = None
    workers: int = 1
    worker: int = 0
    seed: int = 1
    connection: Literal["keep-alive", "per-call"] = "keep-alive"
    service_url: str
    #: of the front door dips; without it requests go over https to ``service_url``
    diset: DisetSettings | None = None
    ca_file: str
    certificate_file: str
    key_file: str
    catalogue_file: str
    #: samples-<worker>.bin and outcomes-<worker>.json go here. A worker that is connected and ready creates
    #: ready-<worker> and waits for the file start, which holds the CLOCK_MONOTONIC instant (ns, decimal) at
    #: which the schedule begins for all workers.
    output_dir: str
    #: every write carries ``<token_prefix>-<worker>-<sequence>``
    token_prefix: str
    request_timeout_s: float = 30.0
    #: how long arrivals that were due may still be served after the end of the schedule
    drain_timeout_s: float = 10.0
    #: of all workers together: no more are sent in any second, whenever they are due
    rate_limit_per_s: int | None = None
    #: others change the rows meanwhile: reads are checked for their shape alone, and writes go to the rows of
    #: ``own_catalogue_file`` and nowhere else
    live: bool = False
    own_catalogue_file: str | None = None


def read_plan() -> LoadPlan:
    """The plan that RSSBENCH_LOAD_PLAN names; KeyError when it is not set."""
    return msgspec.json.decode(Path(os.environ[LOAD_PLAN_VARIABLE]).read_bytes(), type=LoadPlan)
