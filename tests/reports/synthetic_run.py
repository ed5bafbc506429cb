"""Runs made up for tests of the report, on disk in the real layout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from harness.counted import ExactOperation, Statement
from harness.measure.trial import summarise_trial
from harness.model import (
    SCHEMA_VERSION,
    Audit,
    BuildIdentity,
    CpuPerRequest,
    DataSet,
    Environment,
    ErrorCount,
    GeneratorHealth,
    Interval,
    Load,
    Memory,
    OperationResult,
    Percentiles,
    RunResult,
    TrialResult,
)
from harness.store import RUN
from scenarios.load_plan import LoadPlan
from scenarios.operations import STANDARD
from scenarios.samples import SAMPLE_FIELDS, Outcome

START_NS = 5_000_000_000_000

SCENARIOS = ("select_mix", "update_mix", "production_mix", "burst", "stampede", "insert_mix")

#: Operations as the generator knows them, in the order of the operations file.
NAMES = tuple(operation.name for operation in STANDARD)


def make_samples(
    operations: int, requests: int, *, rate_per_s: float = 200.0, errors: int = 0, seed: int = 1
) -> np.ndarray:
    """``requests`` arrivals at a constant rate, round-robin over the operations, with a stall of 0.4 s in the
    middle; the last ``errors`` of them time out."""
    random = np.random.default_rng(seed)
    samples = np.zeros(requests, SAMPLE_FIELDS)
    due_s = np.arange(requests) / rate_per_s
    operation = np.arange(requests) % operations
    service_s = random.lognormal(np.log(0.0022 * (1 + operation * 0.7)), 0.28, requests)
    stall_s = due_s[requests // 2]
    lag_s = np.where((due_s >= stall_s) & (due_s < stall_s + 0.4), stall_s + 0.4 - due_s, 0.00012)
    samples["due_ns"] = START_NS + due_s * 1e9
    samples["start_ns"] = START_NS + (due_s + lag_s) * 1e9
    samples["end_ns"] = START_NS + (due_s + lag_s + service_s) * 1e9
    samples["bytes"] = 1_200
    samples["sequence"] = np.arange(requests)
    samples["operation"] = operation
    samples["outcome"][requests - errors :] = Outcome.timeout
    return samples


def write_trial(run_directory: Path, name: str, samples: np.ndarray, load: Load, workers: int = 2) -> Path:
    """The files of one trial as its workers leave them, samples dealt out over the workers."""
    directory = run_directory / "trials" / name
    directory.mkdir(parents=True)
    for worker in range(workers):
        mine = samples[worker::workers].copy()
        mine["worker"] = worker
        mine.tofile(directory / f"samples-{worker}.bin")
    plan = LoadPlan(
        scenario=name.partition("-")[2],
        rate_per_s=load.throughput_per_s,
        users=load.concurrency,
        ramp_up_s=load.ramp_up_s,
        hold_for_s=load.hold_for_s,
        workers=workers,
        service_url="https://127.0.0.1:8443",
        ca_file="ca.pem",
        certificate_file="user.pem",
        key_file="user.key",
        catalogue_file="catalogue.json",
        output_dir=str(directory),
        token_prefix="t",
    )
    (directory / "plan.json").write_bytes(msgspec.json.encode(plan))
    (directory / "operations.json").write_bytes(msgspec.json.encode(NAMES))
    (directory / "start").write_text(str(START_NS))
    (directory / "usage.jsonl").write_text("")
    return directory


def load_of(samples: np.ndarray, rate_per_s: float | None = 200.0, ramp_up_s: float = 1.0) -> Load:
    return Load(
        concurrency=10,
        throughput_per_s=rate_per_s,
        ramp_up_s=ramp_up_s,
        hold_for_s=float(samples["due_ns"].max() - START_NS) / 1e9 - ramp_up_s,
        steps=None,
        iterations=None,
        arrivals="poisson",
        connection="keep-alive",
        workers=2,
    )


def around(value: float) -> Interval:
    return Interval(value, value * 0.97, value * 1.04)


def operation_result(name: str, **changes: object) -> OperationResult:
    """An operation with 4 errors among 1,000 requests, and percentiles of 2 ms upwards."""
    operation = OperationResult(
        operation=name,
        kind="read",
        requests=1_000,
        ok=996,
        errors=(ErrorCount("timeout", 4, "no answer within 30 s"),),
        offered_rate_per_s=50.0,
        reached_rate_per_s=49.8,
        latency=Percentiles(around(0.00231), around(0.00402), around(0.0117)),
        service_time=Percentiles(around(0.00212), around(0.00344), around(0.00871)),
        mean_bytes=1_203.0,
    )
    return msgspec.structs.replace(operation, **changes)


def trial_result(name: str, *operations: OperationResult, **changes: object) -> TrialResult:
    """A trial whose totals are those of its operations."""
    trial = TrialResult(
        name=name,
        scenario=name.partition("-")[2],
        status="passed",
        problems=(),
        load=load_of(make_samples(1, 4_000)),
        window_s=20.0,
        requests=sum(operation.requests for operation in operations),
        ok=sum(operation.ok for operation in operations),
        offered_rate_per_s=sum(operation.offered_rate_per_s or 0.0 for operation in operations),
        reached_rate_per_s=sum(operation.reached_rate_per_s for operation in operations),
        operations=operations,
        generator=GeneratorHealth(lag_p50_s=0.00012, lag_p99_s=0.0004, busiest_worker_cpu_ratio=0.07),
        **USED,
    )
    return msgspec.structs.replace(trial, **changes)


#: What a trial used and wrote; the synthetic usage file is empty.
USED: dict[str, Any] = {
    "cpu_per_request": CpuPerRequest(generator_s=0.00021, service_s=0.00184, database_s=0.00062),
    "memory": Memory(service_bytes=193_000_000, database_bytes=412_000_000),
    "audit": Audit(acknowledged=312, found=300, overwritten=12, lost=0),
}


def exact_operation(name: str, statements: int = 3) -> ExactOperation:
    select = Statement("SELECT `Name` , `Status` FROM `ResourceStatus` WHERE `Name` = ?", 1, 1, 0)
    insert = Statement("INSERT INTO `ResourceLog` ( ... ) VALUES (...)", 0, 0, 1)
    return ExactOperation(
        operation=name,
        statements=(*[select] * (statements - 1), insert),
        rows_examined=statements - 1,
        commits=1,
        connections=0,
        request_bytes=412,
        response_bytes=1_203,
        varying=("Innodb_buffer_pool_read_requests",),
    )


def run_result(*trials: TrialResult, **changes: object) -> RunResult:
    run = RunResult(
        schema_version=SCHEMA_VERSION,
        run_id="2026-11-23_21-04-10",
        status="passed",
        problems=(),
        started_at="2026-11-23T21:04:10+00:00",
        duration_s=160.2,
        command="bzt taurus.yml -o settings.profile=S",
        runtime="processes",
        build=BuildIdentity(
            name="9.1.22",
            dirac_version="9.1.22",
            dependency_set="newest on 2026-11-23",
            python_version="3.11.7",
            environment_key="d1f3c0ffee",
            packages={f"package-{place}": "1.2.3" for place in range(150)},
        ),
        data_set=DataSet(profile="S", seed=1, rows={"ResourceStatus": 1_200, "SiteStatus": 40}, load_s=0.8),
        environment=Environment(
            hostname="bench",
            kernel="6.1.0",
            cpu_model="AMD EPYC",
            cpu_count=2,
            memory_bytes=8 * 1024**3,
            load_average_1_min=0.42,
            database_version="10.11.19-MariaDB",
            python_version="3.11.7",
            generator_packages={"locust": "2.47.0", "bzt": "1.17.2"},
            suite_version="0.1.0",
            suite_commit="0123456789abcdef",
        ),
        stack_ready_s=3.2,
        trials=trials,
        exact=tuple(exact_operation(name) for name in NAMES[:3]),
    )
    return msgspec.structs.replace(run, **changes)


def write_synthetic_run(
    run_directory: Path, *, scenarios: int = 2, operations: int = 5, requests: int = 4_000, errors: int = 0
) -> RunResult:
    """A run of ``scenarios`` trials of ``requests`` requests each over ``operations`` operations, summarised from
    its files as a real one is."""
    trials = []
    for place in range(scenarios):
        samples = make_samples(operations, requests, errors=errors, seed=place + 1)
        directory = write_trial(run_directory, f"{place + 1}-{SCENARIOS[place]}", samples, load_of(samples))
        trial = summarise_trial(directory, status="passed", problems=(), audit=None)
        trials.append(msgspec.structs.replace(trial, **USED))
    run = run_result(*trials, exact=tuple(exact_operation(name) for name in NAMES[:operations]))
    RUN.write(run, run_directory)
    return run
