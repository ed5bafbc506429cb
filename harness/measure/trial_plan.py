"""From the load that was asked for and a stack to the orders of its generator workers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from harness.measure.target import Target
from harness.model import Load
from scenarios.load_plan import LoadPlan


def plan_trial(  # noqa: PLR0913  what is sent, how much of it, where to
    stack: Target,
    workload: str,
    load: Load,
    directory: Path,
    *,
    seed: int,
    weights: Mapping[str, float] | None = None,
    request_timeout_s: float = 30.0,
    drain_timeout_s: float = 10.0,
    quick_ack: bool = True,
) -> LoadPlan:
    """The orders for worker 0; the other workers get the same but for their number.

    Tokens of writes get a prefix that no other trial has. Over dips every call has a connection of its own,
    whatever ``load`` asks for.
    """
    identity = stack.identities["admin"]
    diset = replace(stack.diset("admin"), quick_ack=quick_ack) if stack.front_door == "dips" else None
    return LoadPlan(
        scenario=workload,
        weights=None if weights is None else dict(weights),
        arrivals=load.arrivals,
        rate_per_s=load.throughput_per_s,
        users=load.concurrency,
        ramp_up_s=load.ramp_up_s,
        hold_for_s=load.hold_for_s,
        steps=load.steps,
        iterations=load.iterations,
        workers=load.workers,
        seed=seed,
        connection=load.connection if diset is None else "per-call",
        service_url=stack.service_url,
        diset=diset,
        ca_file=str(stack.ca_file),
        certificate_file=str(identity.certificate_file),
        key_file=str(identity.key_file),
        catalogue_file=str(stack.catalogue_file),
        output_dir=str(directory),
        token_prefix=secrets.token_hex(4),
        request_timeout_s=request_timeout_s,
        drain_timeout_s=drain_timeout_s,
    )
