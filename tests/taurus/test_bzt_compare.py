"""`bzt taurus.yml` with a baseline and a contender is `rssbench compare` with the load of the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.comparison import LoadScenario
from harness.measure.load_lane import DEFAULT_LOAD, WINDOW_HOLD_S
from harness.model import Load
from harness.settings import TrialSettings, read_job
from harness.store import COMPARISON
from harness.taurus.comparison_job import load_scenario
from scenarios.operations import OPERATIONS, STANDARD

from .bzt_process import BztProcess

STEADY = {"scenario": "select_mix", "throughput": 40, "concurrency": 6, "hold-for": "20s", "ramp-up": "3s"}
BOTH = {"baseline": "9.1.22", "contender": "9.1.22"}


def comparing(*execution: Mapping[str, Any], **stack: Any) -> dict[str, Any]:
    return {
        "modules": {"rss-stack": {"profile": "S", **stack}},
        "execution": [dict(one) for one in execution or (STEADY,)],
        "services": ["rss-stack"],
        "reporting": ["rss-report"],
    }


def trials(*execution: Mapping[str, Any]) -> tuple[TrialSettings, ...]:
    return read_job(comparing(*execution), {}, lambda _path: "job.yml").trials


def test_both_builds_get_the_load_of_the_file_in_short_windows() -> None:
    (found,) = [load_scenario(trials(STEADY))]
    assert found == LoadScenario(
        "select_mix",
        "select_mix",
        Load(6, 40.0, 1.0, WINDOW_HOLD_S, None, None, "constant", "keep-alive", 1),
    )


def test_the_production_mix_is_preferred_to_the_first_load() -> None:
    assert load_scenario(trials(STEADY, STEADY | {"scenario": "production_mix"})).name == "production_mix"


def test_users_without_a_rate_are_no_load_to_compare_under() -> None:
    closed = {"scenario": "burst", "concurrency": 2, "iterations": 1}
    assert load_scenario(trials(closed)).load == DEFAULT_LOAD
    assert load_scenario(trials(closed, STEADY)).name == "select_mix"


@pytest.mark.stack
@pytest.mark.timeout(300)
def test_a_comparison_leaves_record_report_and_verdict(tmp_path: Path, bzt_stack_root: Path) -> None:
    job = comparing(lanes="exact,load", budget="45s", **BOTH)
    bzt = BztProcess(tmp_path, bzt_stack_root, job)
    code = bzt.wait()
    result = COMPARISON.read(bzt.run_directory)
    assert code == {"same": 0}.get(result.verdict, 3), bzt.stderr
    assert result.status == "complete"
    assert len(result.exact) + len({one.operation for one in result.absent}) == len(OPERATIONS)
    assert result.settings.timed == tuple(operation.name for operation in STANDARD)
    assert {one.verdict for one in result.exact} == {"same"}
    assert {(one.lane, one.operation) for one in result.judgements} == {("load", "select_mix")}
    assert result.settings.scenarios[0].load.throughput_per_s == 40.0
    assert result.command.startswith("bzt ")
    assert f"\n{result.verdict.upper()}" in bzt.stdout
    assert bzt.stdout.endswith(f"report: {bzt.run_directory}/report.html\n")
    assert not (bzt.run_directory / "run.json").exists()


@pytest.mark.stack
@pytest.mark.parametrize(
    ("stack", "said"),
    [
        (
            {"baseline": "9.1.22"},
            "modules.rss-stack.contender: missing; a comparison needs baseline and contender",
        ),
        ({**BOTH, "lanes": "fast"}, "'fast' is not allowed; allowed: some of exact, paired, load"),
        ({**BOTH, "budget": "soon"}, "'soon' is not allowed; allowed: a time such as"),
    ],
)
def test_a_wrong_comparison_starts_nothing(
    tmp_path: Path, bzt_stack_root: Path, stack: dict[str, Any], said: str
) -> None:
    bzt = BztProcess(tmp_path, bzt_stack_root, comparing(**stack))
    assert bzt.wait() == 1
    assert said in bzt.stderr
    assert not (bzt.run_directory / "comparison.json").exists()


@pytest.mark.stack
def test_a_variable_makes_any_job_a_comparison(tmp_path: Path, bzt_stack_root: Path) -> None:
    bzt = BztProcess(tmp_path, bzt_stack_root, comparing(baseline="9.1.22"), RSSBENCH_CONTENDER="9.1.22:never")
    assert bzt.wait() == 1
    assert "RSSBENCH_CONTENDER: '9.1.22:never' is not allowed" in bzt.stderr
