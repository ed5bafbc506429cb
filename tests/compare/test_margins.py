"""Margins are ordered so that the rule makes sense."""

from __future__ import annotations

import math
from typing import get_args

import pytest

from harness.compare.margins import (
    CHOSEN_SERVICE_CPU_RESOLUTION_RATIO,
    HIGHER_IS_BETTER,
    SINGLE,
    TOGETHER,
    Margins,
    margins_of,
)
from harness.comparison import Question, TimedMetric


@pytest.mark.parametrize("margins", [*TOGETHER.values(), *SINGLE.values()])
def test_what_is_none_is_wider_than_what_matters_and_narrower_than_the_limit(margins: Margins) -> None:
    assert 0.0 < margins.practical_ratio < margins.equivalence_ratio <= margins.limit_ratio


def test_a_single_operation_is_held_to_less_than_all_together() -> None:
    assert set(TOGETHER) == set(get_args(TimedMetric))
    assert set(SINGLE) == {"service_cpu", "database_cpu", "service_time", "benchmark_cpu", "benchmark_time"}
    for metric, single in SINGLE.items():
        assert single.practical_ratio > TOGETHER[metric].practical_ratio
        assert single.equivalence_ratio > TOGETHER[metric].equivalence_ratio


def test_margins_are_those_of_the_level_and_symmetric_as_ratios() -> None:
    assert margins_of(Question("paired", "service_cpu", None)) is TOGETHER["service_cpu"]
    assert margins_of(Question("paired", "service_cpu", "select")) is SINGLE["service_cpu"]
    margins = Margins(0.01, 0.02, 0.25)
    assert (margins.practical, margins.equivalence) == pytest.approx((math.log(1.01), math.log(1.02)))
    assert math.exp(-margins.limit) == pytest.approx(0.8)


def test_all_together_resolve_what_they_call_none_and_one_chosen_operation_more() -> None:
    for metric in ("service_cpu", "service_time", "database_cpu"):
        margins = TOGETHER[metric]
        assert margins.practical_ratio < margins.resolution_ratio <= margins.equivalence_ratio
    assert TOGETHER["service_cpu"].resolution_ratio > CHOSEN_SERVICE_CPU_RESOLUTION_RATIO


def test_only_of_a_rate_more_is_better() -> None:
    assert {metric for metric in TOGETHER if metric in HIGHER_IS_BETTER} == {"reached_rate"}
