"""The files of a trial become its result."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.errors import RssbenchError
from harness.measure.samples import Samples
from harness.measure.trial import summarise_trial
from harness.measure.usage import Snapshot
from harness.model import Audit, ErrorCount, Load, Memory, TrialResult
from scenarios.load_plan import LoadPlan
from scenarios.operations import OPERATIONS
from scenarios.outcomes import OutcomeCount
from scenarios.samples import Outcome

READ = next(index for index, one in enumerate(OPERATIONS) if one.kind == "read")
WRITE = next(index for index, one in enumerate(OPERATIONS) if one.kind == "write")

WriteTrial = Callable[..., Path]
SamplesOf = Callable[..., Samples]
PlanOf = Callable[..., LoadPlan]


def summarise(directory: Path) -> TrialResult:
    return summarise_trial(directory, status="passed", problems=(), audit=None)


def steady(samples_of: SamplesOf, **changes: Any) -> Samples:
    """100 requests/s from 0 to 12 s, every fourth a write: 2 s of ramp-up and 10 s of hold in the plans below."""
    due_s = np.arange(1200) / 100
    return samples_of(due_s, **{"operation": np.where(np.arange(1200) % 4, READ, WRITE)} | changes)


def test_a_served_trial_has_no_problems(write_trial: WriteTrial, samples_of: SamplesOf, plan_of: PlanOf) -> None:
    result = summarise(write_trial(steady(samples_of), plan=plan_of(ramp_up_s=2.0)))
    assert (result.name, result.scenario, result.status, result.problems) == ("t1", "select_mix", "passed", ())
    assert (result.window_s, result.requests, result.ok) == (10.0, 1000, 1000)
    assert result.offered_rate_per_s == 100.0
    assert result.reached_rate_per_s == pytest.approx(100.0, rel=0.002)
    assert result.load == Load(
        concurrency=50,
        throughput_per_s=100.0,
        ramp_up_s=2.0,
        hold_for_s=10.0,
        steps=None,
        iterations=None,
        arrivals="constant",
        connection="keep-alive",
        workers=1,
    )


def test_each_operation_has_its_own_counts_rates_and_percentiles(
    write_trial: WriteTrial, samples_of: SamplesOf, plan_of: PlanOf
) -> None:
    is_write = np.arange(1200) % 4 == 0
    samples = steady(samples_of, latency_s=np.where(is_write, 0.02, 0.004), body_bytes=np.where(is_write, 10, 500))
    result = summarise(write_trial(samples, plan=plan_of(ramp_up_s=2.0)))
    read, write = result.operations
    assert (read.operation, read.kind) == (OPERATIONS[READ].name, "read")
    assert (write.operation, write.kind) == (OPERATIONS[WRITE].name, "write")
    assert (read.requests, read.offered_rate_per_s, read.mean_bytes) == (750, 75.0, 500.0)
    assert (write.requests, write.offered_rate_per_s, write.mean_bytes) == (250, 25.0, 10.0)
    assert read.latency.p99_s is not None
    assert read.latency.p99_s.value == pytest.approx(0.004)
    assert write.latency.p50_s is not None
    assert write.latency.p50_s.value == pytest.approx(0.02)
    # 250 requests support p95, not p99
    assert write.latency.p95_s is not None
    assert write.latency.p99_s is None


def test_latency_counts_from_due_and_service_time_from_sent(
    write_trial: WriteTrial, samples_of: SamplesOf, plan_of: PlanOf
) -> None:
    result = summarise(write_trial(samples_of(np.arange(1000) / 100, latency_s=0.009, lag_s=0.004)))
    (operation,) = result.operations
    assert operation.latency.p50_s is not None
    assert operation.service_time.p50_s is not None
    assert operation.latency.p50_s.value == pytest.approx(0.009)
    assert operation.service_time.p50_s.value == pytest.approx(0.005)
    assert result.generator.lag_p99_s == pytest.approx(0.004)


def test_requests_of_the_ramp_up_are_not_in_the_percentiles(
    write_trial: WriteTrial, samples_of: SamplesOf, plan_of: PlanOf
) -> None:
    latency_s = np.where(np.arange(1200) < 200, 9.0, 0.005)
    result = summarise(write_trial(steady(samples_of, latency_s=latency_s), plan=plan_of(ramp_up_s=2.0)))
    intervals = [one.latency.p95_s for one in result.operations]
    assert [interval.high for interval in intervals if interval] == pytest.approx([0.005, 0.005])


def test_errors_are_counted_by_outcome_with_what_the_first_one_said(
    write_trial: WriteTrial, samples_of: SamplesOf
) -> None:
    outcome = np.zeros(1000)
    outcome[:20], outcome[20:23] = Outcome.refused, Outcome.timeout
    counted = {
        0: {OPERATIONS[READ].name: {"ok": OutcomeCount(977, ""), "refused": OutcomeCount(20, "no right")}},
        1: {OPERATIONS[READ].name: {"refused": OutcomeCount(1, "later"), "timeout": OutcomeCount(3, "30 s")}},
    }
    samples = samples_of(np.arange(1000) / 100, operation=READ, outcome=outcome)
    result = summarise(write_trial(samples, outcomes=counted))
    assert result.operations[0].errors == (ErrorCount("refused", 20, "no right"), ErrorCount("timeout", 3, "30 s"))
    assert (result.requests, result.ok) == (1000, 977)


def test_fast_errors_do_not_make_percentiles_better(write_trial: WriteTrial, samples_of: SamplesOf) -> None:
    # right answers take 50 ms; 40 % are refused within 1 ms, so p50 is still a right answer's, and p95 is none's
    refused = np.arange(1000) % 5 < 2
    samples = samples_of(
        np.arange(1000) / 100,
        latency_s=np.where(refused, 0.001, 0.050),
        outcome=np.where(refused, Outcome.refused, Outcome.ok),
    )
    (operation,) = summarise(write_trial(samples)).operations
    assert operation.latency.p50_s is not None
    assert operation.latency.p50_s.value == pytest.approx(0.050)
    assert operation.latency.p95_s is None
    assert operation.service_time.p95_s is None


def test_an_overloaded_service_is_a_problem(write_trial: WriteTrial, samples_of: SamplesOf) -> None:
    due_s = np.arange(1000) / 100
    samples = samples_of(due_s, latency_s=np.arange(1, 1001) / 80 - due_s)
    result = summarise(write_trial(samples))
    assert result.offered_rate_per_s == 100.0
    assert result.reached_rate_per_s == 80.0
    assert any("the load was not served" in problem for problem in result.problems)


def test_a_late_generator_is_a_problem_but_no_failure_of_the_trial(
    write_trial: WriteTrial, samples_of: SamplesOf
) -> None:
    result = summarise(write_trial(samples_of(np.arange(1000) / 100, lag_s=0.02, latency_s=0.03)))
    assert result.status == "passed"
    assert ["the generator was the bottleneck" in problem for problem in result.problems] == [True]


def test_errors_before_the_window_are_told(
    write_trial: WriteTrial, samples_of: SamplesOf, plan_of: PlanOf
) -> None:
    outcome = np.where(np.arange(1200) < 3, Outcome.connection, Outcome.ok)
    result = summarise(write_trial(steady(samples_of, outcome=outcome), plan=plan_of(ramp_up_s=2.0)))
    assert result.problems == ("3 requests outside the measured window failed",)


def test_a_closed_loop_has_no_offered_rate(
    write_trial: WriteTrial, samples_of: SamplesOf, plan_of: PlanOf
) -> None:
    result = summarise(write_trial(steady(samples_of), plan=plan_of(rate_per_s=None)))
    assert result.offered_rate_per_s is None
    assert [one.offered_rate_per_s for one in result.operations] == [None, None]


def test_cpu_and_memory_are_those_of_the_window(
    write_trial: WriteTrial, samples_of: SamplesOf, start_ns: int
) -> None:
    usage = [
        Snapshot(start_ns + second * 10**9, {"service": {5: second * 400_000_000}}, {"service": 1000 * second})
        for second in range(-1, 14)
    ]
    result = summarise(write_trial(samples_of(np.arange(1000) / 100), usage=usage))
    assert result.cpu_per_request.service_s == pytest.approx(0.004, rel=0.002)
    assert result.cpu_per_request.database_s is None
    assert result.memory == Memory(10_000, None)


def test_what_is_known_already_is_taken_over(write_trial: WriteTrial, samples_of: SamplesOf) -> None:
    audit = Audit(acknowledged=1, found=1, overwritten=0, lost=0)
    directory = write_trial(samples_of(np.arange(300) / 100))
    result = summarise_trial(directory, status="incomplete", problems=("interrupted",), audit=audit)
    assert (result.status, result.problems, result.audit) == ("incomplete", ("interrupted",), audit)
    assert result.window_s == pytest.approx(2.995)


def test_a_trial_that_never_began_has_no_requests(write_trial: WriteTrial, samples_of: SamplesOf) -> None:
    directory = write_trial(samples_of([]))
    (directory / "start").unlink()
    (directory / "usage.jsonl").unlink()
    result = summarise_trial(directory, status="incomplete", problems=(), audit=None)
    assert (result.requests, result.window_s, result.operations) == (0, 0.0, ())
    assert result.problems == ("no request was due in the measured window",)


@pytest.mark.parametrize("name", ["plan.json", "operations.json"])
def test_a_missing_file_is_named(write_trial: WriteTrial, samples_of: SamplesOf, name: str) -> None:
    directory = write_trial(samples_of([0.0]))
    (directory / name).unlink()
    with pytest.raises(RssbenchError, match=name):
        summarise(directory)


def test_a_broken_file_is_an_error(write_trial: WriteTrial, samples_of: SamplesOf) -> None:
    directory = write_trial(samples_of([0.0]))
    (directory / "plan.json").write_text('{"scenario": 3}')
    with pytest.raises(RssbenchError, match=r"broken.*\$\.scenario"):
        summarise(directory)


def test_an_operation_of_another_version_is_named(write_trial: WriteTrial, samples_of: SamplesOf) -> None:
    directory = write_trial(samples_of([0.0]))
    (directory / "operations.json").write_text('["Gone.operation"]')
    with pytest.raises(RssbenchError, match=r"Gone\.operation"):
        summarise(directory)


def test_a_rate_limit_that_held_requests_back_is_told_in_place_of_a_late_generator(
    write_trial: WriteTrial, samples_of: SamplesOf, plan_of: PlanOf
) -> None:
    late = samples_of(np.arange(1000) / 100, lag_s=0.02, latency_s=0.03)
    directory = write_trial(late, plan=plan_of(rate_limit_per_s=120))
    for worker, requests in enumerate((30, 12)):
        (directory / f"held-back-{worker}").write_text(str(requests))
    (problem,) = summarise(directory).problems
    assert problem == (
        "the rate limit of 120 requests/s held 42 requests back: what they waited is part of their latency, "
        "not of their service time"
    )


def test_workers_elsewhere_are_part_of_the_result(
    write_trial: WriteTrial, samples_of: SamplesOf, start_ns: int
) -> None:
    directory = write_trial(steady(samples_of), usage=[Snapshot(start_ns + s * 10**9, {}, {}) for s in (0, 5, 10)])
    (directory / "remote-workers.json").write_text('[{"number":0,"name":"a/0","host":"a","samples":1000}]')
    usage = [f'{{"worker":0,"t_monotonic_ns":{start_ns + s * 10**9},"cpu_ns":{s * 10**8}}}\n' for s in (0, 10)]
    (directory / "remote-usage.jsonl").write_text("".join(usage))
    result = summarise(directory)
    assert [one.name for one in result.remote_workers] == ["a/0"]
    assert result.generator.busiest_worker_cpu_ratio == pytest.approx(0.1)


def test_a_request_of_a_worker_elsewhere_is_not_lost_when_its_clock_was_put_right(
    write_trial: WriteTrial, samples_of: SamplesOf
) -> None:
    first_of_the_hold_s = 2.0
    directory = write_trial(samples_of([first_of_the_hold_s - 0.0004, 3.0]))
    worker = {"number": 0, "name": "a/0", "host": "a", "samples": 2, "clock_change_s": -0.0005}
    (directory / "remote-workers.json").write_text(json.dumps([worker]))
    assert summarise(directory).requests == 2
