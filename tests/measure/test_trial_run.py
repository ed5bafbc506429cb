"""A trial ends in a verdict: failed, incomplete with its reason, or passed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import numpy as np
import pytest
import sqlalchemy as sa

from harness.dataset.content import catalogue_of
from harness.dataset.profiles import PROFILES
from harness.errors import RssbenchError
from harness.measure.samples import Samples
from harness.measure.trial_run import TrialRun, judge_trial
from harness.model import Audit, TrialResult
from harness.stack.lifecycle import Stack
from scenarios.load_plan import LoadPlan
from scenarios.operations import OPERATIONS
from scenarios.samples import Outcome
from tests.reports.synthetic_run import operation_result, trial_result

READ = "ResourceStatus.select by name"
HISTORY = "ResourceStatus.insert history"


def trial(*, errors: int = 0, lost: int = 0, requests: int = 1_000) -> TrialResult:
    """1,000 requests with p95 latency 4.02 ms, unless told otherwise."""
    operation = operation_result(READ, requests=requests, ok=requests - errors, errors=())
    return trial_result("1-select_mix", operation, audit=Audit(312, 312 - lost, 0, lost))


@pytest.mark.parametrize(
    ("measured", "criteria", "status", "problem"),
    [
        (trial(), (), "passed", None),
        (trial(errors=1), (), "failed", "errors <= 0%"),
        (trial(lost=2), (), "failed", "2 of 312 acknowledged writes are not in the database"),
        (trial(requests=0), (), "failed", "no request was sent"),
        (trial(), ("p95 latency < 5ms",), "passed", None),
        (trial(), ("p95 latency < 4ms",), "failed", "p95 latency < 4ms"),
        (trial(errors=4), ("errors < 1%",), "passed", None),
        (trial(errors=40), ("errors < 1%",), "failed", "errors < 1%"),
        # a criterion on something else does not make errors right
        (trial(errors=4), ("p95 latency < 5ms",), "failed", "errors <= 0%"),
        # a criterion on errors does not make lost writes right
        (trial(errors=4, lost=1), ("errors < 1%",), "failed", "1 of 312 acknowledged writes"),
        (trial(requests=0), ("errors < 100%",), "failed", "no request was sent"),
    ],
)
def test_a_trial_is_judged_by_its_criteria_its_errors_and_its_lost_writes(
    measured: TrialResult, criteria: tuple[str, ...], status: str, problem: str | None
) -> None:
    judged = judge_trial(measured, criteria)
    assert judged.status == status
    assert judged.problems == () if problem is None else problem in judged.problems[0]


def test_every_failure_is_told_before_the_remarks() -> None:
    remarked = msgspec.structs.replace(trial(errors=1, lost=1), problems=("a remark",))
    judged = judge_trial(remarked, ("p95 latency < 1ms",))
    assert len(judged.problems) == 4
    assert judged.problems[-1] == "a remark"


def test_a_trial_whose_writes_could_not_be_audited_is_not_judged_by_them() -> None:
    assert judge_trial(msgspec.structs.replace(trial(), audit=None), ()).status == "passed"


WriteTrial = Callable[..., Path]
SamplesOf = Callable[..., Samples]
PlanOf = Callable[..., LoadPlan]
RunOf = Callable[..., TrialRun]


@pytest.fixture
def run_of(tmp_path: Path, write_trial: WriteTrial, plan_of: PlanOf) -> RunOf:
    """A trial whose workers have ended and left these samples; its databases are SQLite files."""
    catalogue_file = tmp_path / "catalogue.json"
    rows = {"ResourceStatus": 36}
    catalogue_file.write_bytes(msgspec.json.encode(catalogue_of(PROFILES["S"], 1, rows)))

    def run(samples: Samples, criteria: tuple[str, ...] = (), **plan: Any) -> TrialRun:
        directory = write_trial(samples, plan=plan_of(**plan))
        stack = SimpleNamespace(
            mark="none",
            pids={},
            catalogue_file=catalogue_file,
            database=SimpleNamespace(url=lambda name: sa.URL.create("sqlite", database=str(tmp_path / name))),
        )
        return TrialRun(cast("Stack", stack), plan_of(output_dir=str(directory), **plan), criteria)

    return run


def reads(samples_of: SamplesOf, **fields: Any) -> Samples:
    index = [operation.name for operation in OPERATIONS].index(READ)
    return samples_of(np.arange(1000) / 100, operation=index, **fields)


def test_a_trial_that_came_to_its_end_is_judged_and_kept(run_of: RunOf, samples_of: SamplesOf) -> None:
    run = run_of(reads(samples_of), weights={READ: 1})
    result = run.finish(None)
    assert (result.status, result.requests) == ("passed", 1000)
    assert result.audit == Audit(0, 0, 0, 0)
    kept = (run.directory / "result.json").read_bytes()
    assert msgspec.json.decode(kept, type=TrialResult) == result


def test_errors_fail_it(run_of: RunOf, samples_of: SamplesOf) -> None:
    outcome = np.where(np.arange(1000) == 500, Outcome.refused, Outcome.ok)
    assert run_of(reads(samples_of, outcome=outcome), weights={READ: 1}).finish(None).status == "failed"


def test_a_trial_that_ended_early_is_incomplete_and_says_why(run_of: RunOf, samples_of: SamplesOf) -> None:
    """Not judged: half a trial says nothing about a criterion."""
    run = run_of(reads(samples_of)[:300], ("p50 latency < 1us",), weights={READ: 1})
    result = run.finish("interrupted")
    assert result.status == "incomplete"
    assert result.problems[0] == "interrupted"
    assert result.requests == 300


def test_a_database_that_does_not_answer_leaves_the_trial_incomplete_and_never_passed(
    run_of: RunOf, samples_of: SamplesOf
) -> None:
    index = [operation.name for operation in OPERATIONS].index(HISTORY)
    result = run_of(samples_of(np.arange(1000) / 100, operation=index), weights={HISTORY: 1}).finish(None)
    assert result.status == "incomplete"
    assert result.audit is None
    assert result.problems[0] == ("writes could not be looked up, the database did not answer: OperationalError")


def test_samples_that_are_not_those_of_the_plan_leave_it_incomplete(run_of: RunOf, samples_of: SamplesOf) -> None:
    result = run_of(reads(samples_of), weights={HISTORY: 1}).finish(None)
    assert result.status == "incomplete"
    assert "does not belong to its samples" in result.problems[0]


def test_a_result_that_cannot_be_written_is_named(run_of: RunOf, samples_of: SamplesOf) -> None:
    run = run_of(reads(samples_of), weights={READ: 1})
    (run.directory / "result.json").symlink_to("/dev/full")
    with pytest.raises(RssbenchError, match=r"cannot write .*result\.json: No space left on device"):
        run.finish(None)
