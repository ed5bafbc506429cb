"""A pair becomes one log-ratio per metric and operation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.measure.pair import PAIR_TYPE, PairRows
from harness.measure.pair_ratios import PairRatio, pair_ratios
from scenarios.samples import Outcome

READ, WRITE = "ResourceStatus.select by name", "ResourceStatus.insert history"


def pair(
    *, slower: float = 1.0, cpu_ns: int = 4_000_000, repetitions: int = 8, drift: float = 0.0, operations: int = 2
) -> PairRows:
    """The second side is ``slower`` times the first; the machine drifts by ``drift`` per request."""
    rows = np.zeros((repetitions * operations, 2), dtype=PAIR_TYPE)
    for number in range(len(rows)):
        for side in (0, 1):
            scale = (1.0 + drift * number) * (slower if side else 1.0)
            rows[number, side] = (
                number,
                number % operations,
                side,
                Outcome.ok,
                cpu_ns * scale,
                cpu_ns * scale / 8,
                cpu_ns * scale * 1.25,
            )
    return rows.reshape(-1)


def ratios(rows: PairRows, *operations: str) -> dict[tuple[str, str | None], PairRatio]:
    return {(one.metric, one.operation): one for one in pair_ratios(rows, operations or (READ, WRITE))}


def test_each_metric_has_a_ratio_for_each_operation_and_for_all_together() -> None:
    assert set(ratios(pair())) == {
        (metric, operation)
        for metric in ("service_cpu", "database_cpu", "service_time")
        for operation in (READ, WRITE, None)
    } | {("service_cpu_total", None)}


def test_a_side_that_needs_8_percent_more_shows_8_percent_in_every_figure() -> None:
    for one in ratios(pair(slower=1.08)).values():
        assert math.exp(one.log_ratio) == pytest.approx(1.08, rel=1e-6)


def test_values_are_in_seconds_per_request() -> None:
    found = ratios(pair(slower=1.5))
    assert found["service_cpu", READ].baseline_s == pytest.approx(0.004)
    assert found["service_cpu", READ].contender_s == pytest.approx(0.006)
    assert found["database_cpu", None].baseline_s == pytest.approx(0.0005)
    assert found["service_time", WRITE].contender_s == pytest.approx(0.0075)


def test_a_machine_that_gets_slower_on_the_way_changes_no_ratio() -> None:
    assert ratios(pair(drift=0.2))["service_cpu", None].log_ratio == pytest.approx(0.0, abs=1e-9)


def test_swapped_sides_have_the_negated_ratios() -> None:
    rows = pair(slower=1.03, drift=0.01)
    swapped = rows.copy()
    swapped["side"] = 1 - swapped["side"]
    for question, one in ratios(rows).items():
        assert ratios(swapped)[question].log_ratio == pytest.approx(-one.log_ratio)


def test_rare_work_shows_in_the_total_and_not_in_the_typical_request() -> None:
    rows = pair(repetitions=50)
    rows["service_cpu_ns"][(rows["side"] == 1) & (rows["request"] == 17)] *= 11
    found = ratios(rows)
    assert found["service_cpu", None].log_ratio == 0.0
    assert math.exp(found["service_cpu_total", None].log_ratio) == pytest.approx(1.1, rel=1e-3)


def test_one_operation_alone_is_asked_about_once() -> None:
    assert {operation for _metric, operation in ratios(pair(operations=1), READ)} == {None}


@pytest.mark.parametrize("side", [0, 1])
def test_what_a_side_answers_wrongly_has_no_figures(side: int) -> None:
    rows = pair(slower=0.5)
    wrong = (rows["operation"] == 1) & (rows["side"] == side) & (rows["request"] == 3)
    rows["outcome"][wrong] = Outcome.wrong_answer
    rows["service_cpu_ns"][rows["operation"] == 1] = 1
    found = ratios(rows)
    assert {operation for _metric, operation in found} == {READ, None}
    assert math.exp(found["service_cpu_total", None].log_ratio) == pytest.approx(0.5)


def test_a_pair_without_right_answers_says_nothing() -> None:
    rows = pair()
    rows["outcome"] = Outcome.refused
    assert pair_ratios(rows, (READ, WRITE)) == []


def test_a_counter_that_stood_still_is_no_division_by_zero() -> None:
    rows = pair()
    rows["database_cpu_ns"] = 0
    assert ratios(rows)["database_cpu", READ].log_ratio == 0.0
