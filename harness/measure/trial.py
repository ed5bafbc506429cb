"""The files of a trial directory become one TrialResult. Formulas: docs/method.md."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec

from harness.errors import RssbenchError
from harness.measure.generator_health import generator_health, generator_problems, lags_s, rate_problem
from harness.measure.remote_usage import with_remote_generators
from harness.measure.resources import cpu_per_request, largest_memory, stolen_cpu_ratio, worker_cpu_ratio
from harness.measure.samples import Samples, is_ok, latencies_s, read_samples, service_times_s
from harness.measure.usage import covering, read_usage
from harness.measure.window import Window, measured_window
from harness.model import Audit, ErrorCount, Load, OperationResult, TrialResult, TrialStatus
from harness.stats.quantiles import percentiles
from scenarios.held_back import read_held_back
from scenarios.load_plan import LoadPlan
from scenarios.operations import OPERATIONS
from scenarios.outcomes import Outcomes, read_outcomes
from scenarios.remote.record import RemoteWorker, WorkerUsage, read_remote_workers, read_worker_usage
from scenarios.samples import Outcome
from scenarios.start_file import read_start


@dataclass(frozen=True)
class TrialFiles:
    """What the workers and the usage recorder left. ``start_ns`` is None when the load never began."""

    plan: LoadPlan
    operations: list[str]
    start_ns: int | None
    samples: Samples
    #: one per worker, in order
    outcomes: list[Outcomes]
    #: of workers on other machines; empty for those of this one
    remote_workers: tuple[RemoteWorker, ...]
    remote_usage: list[WorkerUsage]
    #: requests that a rate limit let wait
    held_back: int

    def window(self, *, complete: bool) -> Window:
        """The measured one; ``complete``: the trial did not end before its time."""
        window = measured_window(self.plan, self.start_ns or 0, self.samples, complete=complete)
        changes_s = [abs(worker.clock_change_s or 0.0) for worker in self.remote_workers]
        return replace(window, clock_change_ns=math.ceil(max(changes_s, default=0.0) * 1e9))


def read_trial(trial_directory: Path) -> TrialFiles:
    """RssbenchError when plan.json or operations.json is missing, or any file holds something else."""
    try:
        return TrialFiles(
            plan=msgspec.json.decode((trial_directory / "plan.json").read_bytes(), type=LoadPlan),
            operations=msgspec.json.decode((trial_directory / "operations.json").read_bytes(), type=list[str]),
            start_ns=read_start(trial_directory),
            samples=read_samples(trial_directory),
            outcomes=[read_outcomes(file) for file in sorted(trial_directory.glob("outcomes-*.json"))],
            remote_workers=read_remote_workers(trial_directory),
            remote_usage=read_worker_usage(trial_directory),
            held_back=read_held_back(trial_directory),
        )
    except OSError as error:
        raise RssbenchError(f"the trial in {trial_directory} cannot be read: {error}") from error
    except ValueError as error:  # msgspec's errors are ValueErrors
        raise RssbenchError(f"a file of the trial in {trial_directory} is broken: {error}") from error


def summarise_trial(
    trial_directory: Path, *, status: TrialStatus, problems: tuple[str, ...], audit: Audit | None
) -> TrialResult:
    """The result of a trial; ``status`` and ``audit`` are taken over, problems found here follow those given.

    A trial that is ``incomplete`` counts until its last sign of life. RssbenchError as in :func:`read_trial`.
    """
    files = read_trial(trial_directory)
    samples, plan = files.samples, files.plan
    window = files.window(complete=status != "incomplete")
    due = window.due(samples)
    usage = with_remote_generators(read_usage(trial_directory / "usage.jsonl"), files.remote_usage)
    snapshots = covering(usage, window.begin_ns, window.end_ns)
    lags, cpu_ratio = lags_s(samples, plan, window), worker_cpu_ratio(snapshots)
    stolen = stolen_cpu_ratio(snapshots, os.cpu_count() or 1)
    open_loop = plan.rate_per_s is not None
    found = _count_problems(files, window)
    if files.held_back:
        found.append(
            f"the rate limit of {plan.rate_limit_per_s} requests/s held {files.held_back} requests back: what "
            f"they waited is part of their latency, not of their service time"
        )
    # who was held back was not late
    found += generator_problems(lags[:0] if files.held_back else lags, cpu_ratio, stolen)
    if open_loop and (problem := rate_problem(samples, window)):
        found.append(problem)
    return TrialResult(
        name=trial_directory.name,
        scenario=plan.scenario,
        status=status,
        problems=(*problems, *found),
        load=_load_of(plan),
        window_s=window.length_s,
        requests=due.size,
        ok=int(is_ok(due).sum()),
        offered_rate_per_s=window.rate_per_s(due.size) if open_loop else None,
        reached_rate_per_s=window.reached_rate_per_s(samples),
        operations=tuple(
            _operation_result(files, window, index)
            for index in range(len(files.operations))
            if (due["operation"] == index).any()
        ),
        cpu_per_request=cpu_per_request(snapshots, samples),
        memory=largest_memory(snapshots),
        generator=generator_health(lags, cpu_ratio, stolen),
        audit=audit,
        remote_workers=files.remote_workers,
    )


def _operation_result(files: TrialFiles, window: Window, index: int) -> OperationResult:
    samples = files.samples[files.samples["operation"] == index]
    due = window.due(samples)
    right = due[is_ok(due)]
    name = files.operations[index]
    return OperationResult(
        operation=name,
        kind=_kind_of(name),
        requests=due.size,
        ok=right.size,
        errors=_errors(files.outcomes, name, due),
        offered_rate_per_s=None if files.plan.rate_per_s is None else window.rate_per_s(due.size),
        reached_rate_per_s=window.reached_rate_per_s(samples),
        latency=percentiles(latencies_s(due)),
        service_time=percentiles(service_times_s(due)),
        mean_bytes=float(right["bytes"].mean()) if right.size else 0.0,
    )


def _kind_of(name: str) -> Literal["read", "write"]:
    for operation in OPERATIONS:
        if operation.name == name:
            return operation.kind
    raise RssbenchError(f"operation {name!r} of the trial is not known to this version of rssbench")


def _errors(outcomes: list[Outcomes], operation: str, due: Samples) -> tuple[ErrorCount, ...]:
    """One entry per kind of error, in the order of Outcome, with what the first of the first worker said."""
    found = []
    for outcome in Outcome:
        count = int((due["outcome"] == outcome).sum())
        if outcome is not Outcome.ok and count:
            messages = [of.get(operation, {}).get(outcome.name) for of in outcomes]
            first = next((counted.first_message for counted in messages if counted), "")
            found.append(ErrorCount(outcome.name, count, first))
    return tuple(found)


def _count_problems(files: TrialFiles, window: Window) -> list[str]:
    samples = files.samples
    failed_outside = int((~is_ok(samples)).sum()) - int((~is_ok(window.due(samples))).sum())
    problems = []
    if not window.due(samples).size:
        problems.append("no request was due in the measured window")
    if failed_outside:
        problems.append(f"{failed_outside} requests outside the measured window failed")
    return problems


def _load_of(plan: LoadPlan) -> Load:
    return Load(
        concurrency=plan.users,
        throughput_per_s=plan.rate_per_s,
        ramp_up_s=plan.ramp_up_s,
        hold_for_s=plan.hold_for_s,
        steps=plan.steps,
        iterations=plan.iterations,
        arrivals=plan.arrivals,
        connection=plan.connection,
        workers=plan.workers,
    )
