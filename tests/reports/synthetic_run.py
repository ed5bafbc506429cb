"""Runs made up for tests of the report, on disk in the real layout."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from harness.measure.samples import latencies_s, service_times_s
from harness.model import (
    SCHEMA_VERSION,
    Audit,
    BuildIdentity,
    CpuPerRequest,
    DataSet,
    Environment,
    ErrorCount,
    ExactOperation,
    GeneratorHealth,
    Load,
    Memory,
    OperationResult,
    RunResult,
    Statement,
    TrialResult,
)
from harness.stats.quantiles import percentiles
from scenarios.load_plan import LoadPlan
from scenarios.samples import SAMPLE_FIELDS, Outcome

START_NS = 5_000_000_000_000

SCENARIOS = ("select_mix", "update_mix", "production_mix", "burst", "stampede", "insert_mix")

NAMES = (
    "ResourceStatus.select all",
    "ResourceStatus.select by name",
    "ResourceStatus.select by name and token",
    "ResourceStatus.select history",
    "ResourceStatus.addOrModify",
    "ResourceManagement.select downtimes",
    "ResourceManagement.addOrModify policy result",
    "ResourceManagement.addOrModify pilot",
    "Publisher.getSites",
    "Publisher.getElementHistory",
    "Publisher.getElementPolicies",
    "Publisher.getElementStatuses",
    "Publisher.getTree",
    "Publisher.getDowntimes",
    "Publisher.getSitesResources",
)


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


def operation_result(
    name: str, samples: np.ndarray, window_s: float, message: str = "no answer within 30 s"
) -> OperationResult:
    """The result of the samples of one operation."""
    good = samples[samples["outcome"] == Outcome.ok]
    failed = len(samples) - len(good)
    return OperationResult(
        operation=name,
        kind="write" if "addOrModify" in name else "read",
        requests=len(samples),
        ok=len(good),
        errors=(ErrorCount("timeout", failed, message),) if failed else (),
        offered_rate_per_s=len(samples) / window_s,
        reached_rate_per_s=len(good) / window_s,
        latency=percentiles(latencies_s(samples)),
        service_time=percentiles(service_times_s(samples)),
        mean_bytes=float(samples["bytes"].mean()) if len(samples) else 0.0,
    )


def trial_result(name: str, samples: np.ndarray, operations: int, load: Load, **changes: object) -> TrialResult:
    """The result of the samples that were due after the ramp-up."""
    samples = samples[samples["due_ns"] >= START_NS + load.ramp_up_s * 1e9]
    window_s = load.hold_for_s or 1.0
    ok = int((samples["outcome"] == Outcome.ok).sum())
    trial = TrialResult(
        name=name,
        scenario=name.partition("-")[2],
        status="passed",
        problems=(),
        load=load,
        window_s=window_s,
        requests=len(samples),
        ok=ok,
        offered_rate_per_s=load.throughput_per_s,
        reached_rate_per_s=ok / window_s,
        operations=tuple(
            operation_result(NAMES[place], samples[samples["operation"] == place], window_s)
            for place in range(operations)
        ),
        cpu_per_request=CpuPerRequest(generator_s=0.00021, service_s=0.00184, database_s=0.00062),
        memory=Memory(service_bytes=193_000_000, database_bytes=412_000_000),
        generator=GeneratorHealth(lag_p50_s=0.00012, lag_p99_s=0.0004, busiest_worker_cpu_ratio=0.07),
        audit=Audit(acknowledged=312, found=300, overwritten=12, lost=0),
    )
    return msgspec.structs.replace(trial, **changes)


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


def write_run_record(run: RunResult, run_directory: Path) -> Path:
    run_directory.mkdir(parents=True, exist_ok=True)
    (run_directory / "run.json").write_bytes(msgspec.json.encode(run))
    return run_directory


def write_synthetic_run(
    run_directory: Path, *, scenarios: int = 2, operations: int = 5, requests: int = 4_000, errors: int = 0
) -> RunResult:
    """A run of ``scenarios`` trials of ``requests`` requests each, over ``operations`` operations."""
    trials = []
    for place in range(scenarios):
        name = f"{place + 1}-{SCENARIOS[place]}"
        samples = make_samples(operations, requests, errors=errors, seed=place + 1)
        load = load_of(samples)
        write_trial(run_directory, name, samples, load)
        trials.append(trial_result(name, samples, operations, load))
    run = run_result(*trials, exact=tuple(exact_operation(name) for name in NAMES[:operations]))
    write_run_record(run, run_directory)
    return run
