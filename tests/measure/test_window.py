"""Which part of a trial is measured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from harness.measure.samples import SAMPLE_TYPE, Samples
from harness.measure.window import Window, measured_window
from scenarios.load_plan import LoadPlan
from scenarios.samples import Outcome

SamplesOf = Callable[..., Samples]
PlanOf = Callable[..., LoadPlan]

NOTHING = np.empty(0, dtype=SAMPLE_TYPE)


def in_seconds(window: Window, start_ns: int) -> tuple[float, float]:
    return (window.begin_ns - start_ns) / 1e9, (window.end_ns - start_ns) / 1e9


def test_with_a_hold_the_window_is_the_hold(plan_of: PlanOf, samples_of: SamplesOf, start_ns: int) -> None:
    plan, samples = plan_of(ramp_up_s=2.0, hold_for_s=5.0), samples_of([0.5, 6.9])
    assert in_seconds(measured_window(plan, start_ns, samples, complete=True), start_ns) == (2.0, 7.0)


def test_with_a_ramp_up_alone_the_window_is_the_ramp_up(
    plan_of: PlanOf, samples_of: SamplesOf, start_ns: int
) -> None:
    plan, samples = plan_of(ramp_up_s=2.0, hold_for_s=None), samples_of([0.5, 1.9])
    assert in_seconds(measured_window(plan, start_ns, samples, complete=True), start_ns) == (0.0, 2.0)


def test_iterations_of_an_open_loop_end_one_mean_gap_after_the_last_arrival(
    plan_of: PlanOf, samples_of: SamplesOf, start_ns: int
) -> None:
    plan = plan_of(hold_for_s=None, iterations=4, users=1, rate_per_s=10.0)
    window = measured_window(plan, start_ns, samples_of([0.0, 0.1, 0.2, 0.3]), complete=True)
    assert in_seconds(window, start_ns) == (0.0, 0.4)
    assert window.rate_per_s(4) == pytest.approx(10.0)


def test_iterations_of_a_closed_loop_end_with_the_last_answer(
    plan_of: PlanOf, samples_of: SamplesOf, start_ns: int
) -> None:
    plan = plan_of(hold_for_s=None, iterations=3, rate_per_s=None)
    window = measured_window(plan, start_ns, samples_of([0.0, 0.1, 0.2], latency_s=0.1), complete=True)
    assert in_seconds(window, start_ns) == (0.0, 0.3)


def test_a_hold_that_iterations_cut_short_ends_with_the_last_answer(
    plan_of: PlanOf, samples_of: SamplesOf, start_ns: int
) -> None:
    plan, samples = plan_of(hold_for_s=60.0, iterations=2), samples_of([0.0, 1.0], latency_s=0.5)
    assert in_seconds(measured_window(plan, start_ns, samples, complete=True), start_ns) == (0.0, 1.5)


def test_an_incomplete_trial_counts_until_its_last_sign_of_life(
    plan_of: PlanOf, samples_of: SamplesOf, start_ns: int
) -> None:
    plan = plan_of(ramp_up_s=1.0, hold_for_s=60.0)
    window = measured_window(plan, start_ns, samples_of([0.0, 3.0], latency_s=0.5), complete=False)
    assert in_seconds(window, start_ns) == (1.0, 3.5)
    before_the_hold = measured_window(plan, start_ns, samples_of([0.0]), complete=False)
    assert in_seconds(before_the_hold, start_ns) == (1.0, 1.0)
    assert before_the_hold.rate_per_s(0) == 0.0


def test_without_samples_iterations_have_no_length(plan_of: PlanOf, start_ns: int) -> None:
    window = measured_window(plan_of(hold_for_s=None, iterations=1), start_ns, NOTHING, complete=True)
    assert in_seconds(window, start_ns) == (0.0, 0.0)


def test_a_request_is_due_in_the_window_however_late_it_is_answered(samples_of: SamplesOf, start_ns: int) -> None:
    window = Window(start_ns + 1_000_000_000, start_ns + 2_000_000_000)
    samples = samples_of([0.9, 1.0, 1.9, 2.1], latency_s=[0.2, 0.2, 0.2, 0.2])
    assert window.due(samples)["sequence"].tolist() == [1, 2]
    assert window.ended(samples)["sequence"].tolist() == [0, 1]


def test_the_reached_rate_counts_right_answers_that_came_in_time(samples_of: SamplesOf, start_ns: int) -> None:
    window = Window(start_ns, start_ns + 2_000_000_000)
    outcomes = [Outcome.ok, Outcome.refused, Outcome.ok, Outcome.ok]
    samples = samples_of([0.0, 0.1, 0.2, 1.9], latency_s=[0.1, 0.1, 0.1, 0.2], outcome=outcomes)
    assert window.reached_rate_per_s(samples) == 1.0


def test_a_request_due_at_either_end_is_inside_although_its_clock_was_put_right(
    samples_of: SamplesOf, start_ns: int
) -> None:
    window = Window(start_ns, start_ns + 2_000_000_000, clock_change_ns=1_000_000)
    samples = samples_of([-0.002, -0.001, 1.0, 2.001, 2.002], latency_s=0.0)
    assert window.due(samples)["sequence"].tolist() == [1, 2, 3]
    assert window.ended(samples)["sequence"].tolist() == [2]
    assert window.length_s == 2.0
