"""One figure over the stored runs, as the index has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import URL

from harness.index.courses import StoredFigure, stored_figures, stored_metrics
from harness.index.database import opened_index
from harness.index.indexing import index_run
from tests.reports.synthetic_run import NAMES

from .results import SELECT, judgement, store_comparison, store_run


@pytest.fixture
def stored(results: Path, url: URL) -> URL:
    for day, name in ((3, "r3"), (1, "r1"), (2, "r2")):
        index_run(store_run(results, name, started_at=f"2026-11-0{day}T10:00:00+00:00"), url)
    index_run(store_comparison(results, "c1", started_at="2026-11-04T10:00:00+00:00"), url)
    return url


def figures(url: URL, metric: str, limit: int = 10, operation: str | None = None) -> list[StoredFigure]:
    with opened_index(url) as index:
        return stored_figures(index, metric, limit=limit, operation=operation)


def test_every_operation_of_every_run_comes_oldest_first(stored: URL) -> None:
    found = figures(stored, "latency_p50")
    assert [(one.run_id, one.operation) for one in found] == [
        (run, operation) for run in ("r1", "r2", "r3") for operation in NAMES[:2]
    ]
    assert {(one.trial, one.build, one.measured_on, one.value) for one in found} == {
        ("1-select_mix", "9.1.22", "bench", 0.00231)
    }


def test_only_the_newest_runs_and_only_one_operation(stored: URL) -> None:
    found = figures(stored, "latency_p50", limit=2, operation=SELECT)
    assert [(one.run_id, one.operation) for one in found] == [("r3", SELECT)], "the newest is a comparison"


def test_of_a_comparison_the_figure_is_the_contenders_and_the_control_is_none(stored: URL) -> None:
    (one,) = figures(stored, "service_cpu")
    assert (one.build, one.trial, one.value) == ("/src/DIRAC@slow", None, judgement().contender_value)


def test_the_metrics_that_are_there_are_named(stored: URL) -> None:
    with opened_index(stored) as index:
        found = stored_metrics(index)
    assert {"latency_p50", "service_cpu", "statements"} <= set(found)
    assert figures(stored, "nothing") == []
