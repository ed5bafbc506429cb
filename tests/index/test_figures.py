"""Every figure of a result is a row; what does not exist is no row, or NULL in one."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.index.figures import Columns, comparison_figures, run_figures
from harness.index.tables import FigureRow
from harness.model import CpuPerRequest, Interval, Percentiles
from tests.reports.synthetic_run import exact_operation, operation_result, run_result, trial_result

from .results import SELECT, comparison, judgement


def given(figures: list[Columns]) -> list[dict[str, Any]]:
    """The columns that have a value."""
    return [{name: value for name, value in figure.items() if value is not None} for figure in figures]


def test_a_row_has_every_column_of_the_table_but_its_key() -> None:
    columns = {column.name for column in FigureRow.__table__.columns} - {"identity", "position"}
    run = run_result(trial_result("1-select_mix", operation_result(SELECT)))
    for figure in run_figures(run) + comparison_figures(comparison()):
        assert set(figure) == columns


def test_a_trial_gives_percentiles_with_their_intervals_rates_and_cpu() -> None:
    operation = operation_result(
        SELECT, latency=Percentiles(Interval(0.002, 0.001, 0.003)), service_time=Percentiles()
    )
    cpu = CpuPerRequest(generator_s=None, service_s=0.0018, database_s=0.0006)
    run = run_result(trial_result("1-select_mix", operation, cpu_per_request=cpu), exact=())
    where = {"lane": "load", "control": False, "trial": "1-select_mix"}
    assert given(run_figures(run)) == [
        where | {"metric": "latency_p50", "operation": SELECT, "value": 0.002, "low": 0.001, "high": 0.003},
        where | {"metric": "reached_rate", "operation": SELECT, "value": 49.8},
        where | {"metric": "service_cpu_total", "value": 0.0018},
        where | {"metric": "database_cpu", "value": 0.0006},
    ]


def test_every_percentile_has_a_name_of_its_own() -> None:
    run = run_result(trial_result("1-select_mix", operation_result(SELECT)), exact=())
    assert {figure["metric"]: figure["value"] for figure in run_figures(run) if figure["low"]} == {
        "latency_p50": 0.00231,
        "latency_p95": 0.00402,
        "latency_p99": 0.0117,
        "service_time_p50": 0.00212,
        "service_time_p95": 0.00344,
        "service_time_p99": 0.00871,
    }


def test_exact_counters_are_rows_unless_they_vary_or_could_not_be_counted() -> None:
    varying = msgspec.structs.replace(exact_operation(SELECT, statements=3), varying=("response_bytes",))
    varying = msgspec.structs.replace(varying, nested_calls=("ResourceStatus.select",))
    failed = msgspec.structs.replace(exact_operation("x"), problem="refused")
    assert given(run_figures(run_result(exact=(varying, failed)))) == [
        {"lane": "exact", "metric": metric, "operation": SELECT, "control": False, "value": value}
        for metric, value in {
            "statements": 3.0,
            "rows_examined": 2.0,
            "rows_sent": 2.0,
            "commits": 1.0,
            "connections": 0.0,
            "nested_calls": 1.0,
            "request_bytes": 412.0,
        }.items()
    ]


def test_a_judgement_is_a_row_with_its_bounds_and_the_control_is_told_apart() -> None:
    silent = judgement(
        verdict="inconclusive", effect_ratio=None, interval_ratio=None, anytime_interval_ratio=None, pairs=0
    )
    of_control = judgement(verdict="same")
    figures = given(
        comparison_figures(comparison(judgements=(judgement(), silent), control=(of_control,), exact=()))
    )
    assert figures[0] == {
        "lane": "paired",
        "metric": "service_cpu",
        "operation": SELECT,
        "control": False,
        "verdict": "regression",
        "effect_ratio": 1.04,
        "interval_low_ratio": 1.03,
        "interval_high_ratio": 1.05,
        "anytime_low_ratio": 1.02,
        "anytime_high_ratio": 1.06,
        "smallest_detectable_ratio": 1.013,
        "margin_ratio": 1.01,
        "adjusted_p": 0.0004,
        "pairs": 14,
        "value": 0.00208,
        "baseline_value": 0.0020,
    }
    assert "effect_ratio" not in figures[1]
    assert [(figure["verdict"], figure["control"]) for figure in figures] == [
        ("regression", False),
        ("inconclusive", False),
        ("same", True),
    ]


def test_calls_that_no_log_tells_of_are_no_figure() -> None:
    metrics = {figure["metric"] for figure in run_figures(run_result(exact=(exact_operation(SELECT),)))}
    assert "nested_calls" not in metrics
    assert "commits" in metrics


def test_an_exact_change_is_a_verdict_and_a_row_per_counter_without_a_ratio_to_zero() -> None:
    figures = given(comparison_figures(comparison(judgements=(), control=())))
    where = {"lane": "exact", "operation": SELECT, "control": False}
    assert figures == [
        where | {"metric": "all_counters", "verdict": "regression"},
        where | {"metric": "statements", "effect_ratio": 4 / 3, "value": 4.0, "baseline_value": 3.0},
        where | {"metric": "commits", "value": 1.0, "baseline_value": 0.0},
    ]
