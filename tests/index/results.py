"""Runs and comparisons made up for the index, stored as real ones are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from harness.comparison import (
    COMPARISON_SCHEMA_VERSION,
    ComparisonResult,
    ComparisonSettings,
    CounterChange,
    ExactComparison,
    Judgement,
)
from harness.model import RunResult
from harness.store import COMPARISON, RUN
from tests.reports.synthetic_run import NAMES, exact_operation, operation_result, run_result, trial_result
from tests.reports.test_measurements import ALL

SELECT = NAMES[0]


def store_run(results: Path, name: str, **changes: Any) -> Path:
    """A run of two operations in a folder of its own, named after it."""
    directory = results / name
    directory.mkdir(parents=True, exist_ok=True)
    trial = trial_result("1-select_mix", *map(operation_result, NAMES[:2]))
    RUN.write(msgspec.structs.replace(run_result(trial), run_id=name, **changes), directory)
    return directory


def store_comparison(results: Path, name: str, **changes: Any) -> Path:
    directory = results / name
    directory.mkdir(parents=True, exist_ok=True)
    COMPARISON.write(comparison(run_id=name, **changes), directory)
    return directory


def comparison(**changes: Any) -> ComparisonResult:
    """9.1.22 against a commit that is 4 % slower and has one statement more."""
    run: RunResult = run_result()
    assert run.build
    contender = msgspec.structs.replace(run.build, name="/src/DIRAC@slow", dirac_version="9.2.0a1")
    result = ComparisonResult(
        schema_version=COMPARISON_SCHEMA_VERSION,
        run_id="c1",
        status="complete",
        verdict="regression",
        problems=(),
        started_at="2026-11-24T08:00:00+00:00",
        duration_s=61.5,
        command="rssbench compare 9.1.22 /src/DIRAC@slow",
        runtime="processes",
        baseline=run.build,
        contender=contender,
        data_set=run.data_set,
        environment=run.environment,
        settings=ComparisonSettings(("exact", "paired"), NAMES[:2], "M", 1, 600.0),
        family_error_ratio=0.01,
        judgements=(judgement(),),
        control=(judgement(verdict="same", effect_ratio=1.001, interval_ratio=(0.99, 1.01)),),
        exact=(exact_comparison(),),
        absent=(),
    )
    return msgspec.structs.replace(result, **changes)


def judgement(**changes: Any) -> Judgement:
    one = Judgement(
        lane="paired",
        metric="service_cpu",
        operation=SELECT,
        verdict="regression",
        effect_ratio=1.04,
        interval_ratio=(1.03, 1.05),
        anytime_interval_ratio=(1.02, 1.06),
        smallest_detectable_ratio=1.013,
        adjusted_p=0.0004,
        pairs=14,
        baseline_value=0.0020,
        contender_value=0.00208,
        margin_ratio=1.01,
    )
    return msgspec.structs.replace(one, **changes)


def exact_comparison() -> ExactComparison:
    return ExactComparison(
        operation=SELECT,
        verdict="regression",
        counters=(CounterChange("statements", 3, 4), CounterChange("commits", 0, 1)),
        statements=(),
        excluded=(),
        baseline=exact_operation(SELECT),
        contender=exact_operation(SELECT, statements=4),
    )


def store_measurements(results: Path, name: str) -> Path:
    """One of each kind that a run can have as a section, all in a folder of that name."""
    directory = results / name
    directory.mkdir(parents=True, exist_ok=True)
    for kind, result in ALL.items():
        kind.write(msgspec.structs.replace(result, run_id=name), directory)
    return directory
