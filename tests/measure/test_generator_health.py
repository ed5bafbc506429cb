"""Whether the generator could have been the bottleneck."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from harness.measure.generator_health import (
    LAG_P99_LIMIT_S,
    WORKER_CPU_LIMIT_RATIO,
    generator_health,
    generator_problems,
    lags_s,
    rate_problem,
)
from harness.measure.samples import Samples
from harness.measure.window import Window
from harness.model import GeneratorHealth
from scenarios.load_plan import LoadPlan
from scenarios.samples import Outcome

SamplesOf = Callable[..., Samples]
PlanOf = Callable[..., LoadPlan]


@pytest.fixture
def window(start_ns: int) -> Window:
    return Window(start_ns, start_ns + 10_000_000_000)


def test_lag_is_the_time_from_due_to_sent(samples_of: SamplesOf, plan_of: PlanOf, window: Window) -> None:
    samples = samples_of([0.0, 1.0], lag_s=[0.001, 0.003])
    assert lags_s(samples, plan_of(), window).tolist() == [0.001, 0.003]


def test_a_request_that_waited_for_a_user_has_no_lag(
    samples_of: SamplesOf, plan_of: PlanOf, window: Window
) -> None:
    # one user: busy from 0.0 to 1.0, so the second waits for it; the third finds it free again
    samples = samples_of([0.0, 0.5, 2.0], lag_s=[0.0, 0.5, 0.002], latency_s=[1.0, 0.6, 0.1])
    assert lags_s(samples, plan_of(users=1), window).tolist() == [0.0, 0.002]
    assert lags_s(samples, plan_of(users=2), window).tolist() == [0.0, 0.5, 0.002]


def test_users_of_another_worker_are_no_free_users(samples_of: SamplesOf, plan_of: PlanOf, window: Window) -> None:
    # three users on two workers: worker 0 has two of them, worker 1 has one
    samples = samples_of([0.0, 0.1, 0.2], lag_s=[0.0, 0.0, 0.9], latency_s=1.0, worker=[0, 1, 1])
    assert lags_s(samples, plan_of(users=3, workers=2), window).tolist() == [0.0, 0.0]


def test_a_request_without_an_end_keeps_its_user_busy(
    samples_of: SamplesOf, plan_of: PlanOf, window: Window
) -> None:
    samples = samples_of([0.0, 5.0], lag_s=[0.0, 1.0], latency_s=[0.0, 2.0], outcome=[Outcome.unfinished, 0])
    samples["end_ns"][0] = 0
    assert lags_s(samples, plan_of(users=1), window).tolist() == [0.0]


def test_what_was_never_sent_has_no_lag(samples_of: SamplesOf, plan_of: PlanOf, window: Window) -> None:
    assert lags_s(samples_of([0.0], outcome=Outcome.unsent), plan_of(), window).size == 0


def test_requests_outside_the_window_are_seen_as_busy_users_only(
    samples_of: SamplesOf, plan_of: PlanOf, start_ns: int
) -> None:
    samples = samples_of([0.0, 1.5], lag_s=[0.0, 0.5], latency_s=[2.0, 0.6])
    window = Window(start_ns + 1_000_000_000, start_ns + 2_000_000_000)
    assert lags_s(samples, plan_of(users=1), window).size == 0


def test_health_holds_the_percentiles_of_the_lag_that_the_sample_supports() -> None:
    lags = np.random.default_rng(1).permutation(np.arange(1.0, 1001.0))
    assert generator_health(lags, 0.25) == GeneratorHealth(500.0, 990.0, busiest_worker_cpu_ratio=0.25)
    assert generator_health(lags[:100] * 0.0, None) == GeneratorHealth(0.0, None, None)
    assert generator_health(np.array([]), None) == GeneratorHealth(None, None, None)


def lags_with(late: int) -> np.ndarray:
    """1,000 lags of which some, here and there, are above the limit."""
    lags = np.full(1_000, LAG_P99_LIMIT_S)
    lags[:late] = 0.02
    return np.random.default_rng(2).permutation(lags)


@pytest.mark.parametrize(
    ("late", "cpu_ratio", "complaints"),
    [
        (0, WORKER_CPU_LIMIT_RATIO, []),
        (10, None, []),
        (40, 0.1, ["4.0% of the requests left more than 5 ms late (limit 1%)"]),
        (0, 0.93, ["93% of a core"]),
        (1_000, 1.0, ["100.0% of the requests", "100% of a core"]),
    ],
)
def test_a_generator_above_its_limits_was_the_bottleneck(
    late: int, cpu_ratio: float | None, complaints: list[str]
) -> None:
    problems = generator_problems(lags_with(late), cpu_ratio)
    assert len(problems) == len(complaints)
    for problem, complaint in zip(problems, complaints, strict=True):
        assert problem.startswith("the generator was the bottleneck")
        assert complaint in problem


def test_too_few_requests_show_nothing_about_the_generator() -> None:
    assert generator_problems(np.array([]), None) == []
    assert generator_problems(np.array([0.02] + [0.0] * 29), None) == []


def test_a_load_that_is_served_in_time_is_no_problem(samples_of: SamplesOf, window: Window) -> None:
    assert rate_problem(samples_of(np.arange(1000) / 100), window) is None


def test_the_few_requests_in_flight_at_the_end_of_a_short_window_are_no_problem(
    samples_of: SamplesOf, start_ns: int
) -> None:
    # 20 requests of 0.1 s, one of them unanswered at the end: 5 % are missing, but 1 in flight is usual
    window = Window(start_ns, start_ns + 2_000_000_000)
    assert rate_problem(samples_of(np.arange(20) / 10 + 0.05, latency_s=0.1), window) is None


def test_a_service_that_falls_behind_by_five_percent_is_a_problem(samples_of: SamplesOf, window: Window) -> None:
    # 100/s are due, 95/s are served: the k-th request ends at k / 95
    due_s = np.arange(1000) / 100
    problem = rate_problem(samples_of(due_s, latency_s=np.arange(1, 1001) / 95 - due_s), window)
    assert problem is not None
    assert "100.0 requests/s were due, 95.0/s got a right answer" in problem


def test_errors_are_not_served_load(samples_of: SamplesOf, window: Window) -> None:
    outcome = np.zeros(1000)
    outcome[::20] = Outcome.refused
    assert rate_problem(samples_of(np.arange(1000) / 100, outcome=outcome), window) is not None
    assert rate_problem(samples_of(np.arange(100) / 10, outcome=Outcome.timeout), window) is not None
