"""Criteria of taurus.yml are judged exactly, and what cannot be judged does not pass."""

from __future__ import annotations

import msgspec
import pytest

from harness.measure.criteria import FORMS, parse_criterion
from harness.model import (
    CpuPerRequest,
    GeneratorHealth,
    Interval,
    Load,
    Memory,
    OperationResult,
    Percentiles,
    TrialResult,
)

FAST, SLOW = "ResourceStatus.select by name", "ResourceStatus.select full table"


def operation(name: str, p95_s: float | None, *, service_time_s: float = 0.004, ok: int = 100) -> OperationResult:
    return OperationResult(
        operation=name,
        kind="read",
        requests=100,
        ok=ok,
        errors=(),
        offered_rate_per_s=10.0,
        reached_rate_per_s=ok / 10,
        latency=Percentiles(p95_s=None if p95_s is None else Interval(p95_s, p95_s * 0.9, p95_s * 1.2)),
        service_time=Percentiles(p95_s=Interval(service_time_s, service_time_s, service_time_s)),
        mean_bytes=100.0,
    )


@pytest.fixture
def trial() -> TrialResult:
    return TrialResult(
        name="t1",
        scenario="select_mix",
        status="passed",
        problems=(),
        load=Load(10, 20.0, 0.0, 10.0, None, None, "constant", "keep-alive", 1),
        window_s=10.0,
        requests=200,
        ok=197,
        offered_rate_per_s=20.0,
        reached_rate_per_s=19.7,
        operations=(operation(FAST, 0.0105), operation(SLOW, 0.3, ok=97)),
        cpu_per_request=CpuPerRequest(None, None, None),
        memory=Memory(None, None),
        generator=GeneratorHealth(None, None, None),
        audit=None,
    )


@pytest.mark.parametrize(
    "text",
    [
        f"p95 of {FAST} < 10.6ms",
        f"p95 latency of {FAST} <= 0.0105 s",
        f"p95 of {FAST} < 10501us",
        "p95 < 0.31s",
        "p95 service time < 5ms",
        "errors < 2%",
        "errors <= 1.5%",
        f"errors of {FAST} <= 0%",
        "reached > 98%",
        f"reached of {FAST} >= 100%",
        "  errors<2%  ",
    ],
)
def test_a_criterion_that_holds_says_nothing(trial: TrialResult, text: str) -> None:
    assert parse_criterion(text).judge(trial) is None


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        (f"p95 of {FAST} < 10.4ms", f"p95 latency of {FAST} was 10.500 ms [9.450, 12.600]"),
        (f"p95 of {FAST} < 0.0105s", "was 10.500 ms"),
        ("p95 service time < 4ms", f"p95 service time of {FAST} was 4.000 ms"),
        ("errors < 1.5%", "3 of 200 requests failed (1.5%)"),
        (f"errors of {SLOW} < 3%", "3 of 100 requests failed (3%)"),
        ("reached > 98.5%", "reached 19.7/s of 20.0/s (98.5%)"),
        (f"reached of {SLOW} > 99%", "reached 9.7/s of 10.0/s (97%)"),
    ],
)
def test_a_criterion_that_does_not_hold_says_so_with_the_figure(
    trial: TrialResult, text: str, figure: str
) -> None:
    failure = parse_criterion(text).judge(trial)
    assert failure is not None
    assert failure.startswith(f"{text}: ")
    assert figure in failure


def test_without_an_operation_every_operation_must_hold(trial: TrialResult) -> None:
    failure = parse_criterion("p95 < 100ms").judge(trial)
    assert failure == f"p95 < 100ms: p95 latency of {SLOW} was 300.000 ms [270.000, 360.000]"
    both = parse_criterion("p95 < 1ms").judge(trial)
    assert both is not None
    assert FAST in both
    assert SLOW in both


def test_a_percentile_that_the_sample_cannot_support_does_not_pass(trial: TrialResult) -> None:
    failure = parse_criterion(f"p99 of {SLOW} < 10s").judge(trial)
    assert failure == (
        f"p99 of {SLOW} < 10s: p99 latency of {SLOW} cannot be judged, "
        "100 requests of which 3 failed do not support it"
    )


def test_an_operation_without_requests_does_not_pass(trial: TrialResult) -> None:
    failure = parse_criterion("p95 of ResourceStatus.insert history < 1s").judge(trial)
    assert failure is not None
    assert "cannot be judged, the measured window holds no request of ResourceStatus.insert history" in failure


def test_an_empty_trial_does_not_pass(trial: TrialResult) -> None:
    empty = msgspec.structs.replace(trial, operations=(), requests=0, ok=0)
    for text in ("errors < 1%", "reached > 1%", "p50 < 1s"):
        failure = parse_criterion(text).judge(empty)
        assert failure is not None
        assert "cannot be judged" in failure


def test_a_closed_loop_cannot_be_judged_by_its_offered_rate(trial: TrialResult) -> None:
    closed = msgspec.structs.replace(trial, offered_rate_per_s=None)
    failure = parse_criterion("reached > 1%").judge(closed)
    assert failure is not None
    assert "without throughput" in failure


@pytest.mark.parametrize(
    "text",
    [
        "",
        "p90 < 1ms",
        "p95 < 1",
        "p95 < -1ms",
        "p95 < 1 %",
        "p95 > 1ms",
        "errors < 1",
        "errors < 10ms",
        "errors > 1%",
        "errors service time < 1%",
        "reached < 95%",
        "p95 < 1ms < 2ms",
        "mean < 1ms",
    ],
)
def test_a_wrong_criterion_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="allowed") as refused:
        parse_criterion(text)
    assert all(form in str(refused.value) for form in FORMS)


def test_an_unknown_operation_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'p95 of Nobody < 1ms' names an unknown operation") as refused:
        parse_criterion("p95 of Nobody < 1ms")
    assert FAST in str(refused.value)
