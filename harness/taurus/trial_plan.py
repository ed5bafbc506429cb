"""From the settings of a trial and a stack to the orders of its generator workers."""

from __future__ import annotations

import secrets
from pathlib import Path

from harness.settings import Job, TrialSettings
from harness.stack.lifecycle import Stack
from scenarios.load_plan import LoadPlan


def plan_trial(stack: Stack, job: Job, trial: TrialSettings, directory: Path) -> LoadPlan:
    """The orders for worker 0; the other workers get the same but for their number.

    Tokens of writes get a prefix that no other trial has.
    """
    load, identity = trial.load, stack.identities["admin"]
    return LoadPlan(
        scenario=trial.workload,
        weights=trial.weights,
        arrivals=load.arrivals,
        rate_per_s=load.throughput_per_s,
        users=load.concurrency,
        ramp_up_s=load.ramp_up_s,
        hold_for_s=load.hold_for_s,
        steps=load.steps,
        iterations=load.iterations,
        workers=load.workers,
        seed=job.seed,
        connection=load.connection,
        service_url=stack.service_url,
        ca_file=str(stack.ca_file),
        certificate_file=str(identity.certificate_file),
        key_file=str(identity.key_file),
        catalogue_file=str(stack.catalogue_file),
        output_dir=str(directory),
        token_prefix=secrets.token_hex(4),
        request_timeout_s=job.request_timeout_s,
        drain_timeout_s=job.drain_timeout_s,
    )
