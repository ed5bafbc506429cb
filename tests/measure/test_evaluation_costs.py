"""CPU of evaluations from rounds whose costs are known."""

from __future__ import annotations

import pytest

from harness.measure.evaluation_costs import Case, RoundCost, cpu_changes, evaluation_costs
from harness.model import Interval

MS = 1_000_000


def rounds(agent_ms: float, count: int = 8) -> list[RoundCost]:
    """Ours is 2 % of the agent's CPU; each round is a bit slower than the one before, on either side."""
    drift = [1 + 0.01 * number for number in range(count)]
    return [
        RoundCost(
            agent_ns=round(agent_ms * MS * slower),
            service_ns=round(50 * MS * slower),
            database_ns=round(5 * MS * slower),
            wall_ns=round(400 * MS * slower),
            recorded_ns=round(agent_ms * MS * slower * 1.02),
        )
        for slower in drift
    ]


def test_the_cost_is_the_mean_of_the_middle_half() -> None:
    stray = [*rounds(200)[:-1], RoundCost(9_000 * MS, 9_000 * MS, 9_000 * MS, 9_000 * MS, 9_180 * MS)]
    (cost,) = evaluation_costs({Case(0, "Site", "Active"): stray}, side=0)
    assert (cost.element_type, cost.actions, cost.evaluations) == ("Site", "Active", 8)
    assert cost.agent_cpu_s == pytest.approx(0.200 * 1.035)
    assert cost.service_cpu_s == pytest.approx(0.050 * 1.035)
    assert cost.database_cpu_s == pytest.approx(0.005 * 1.035)
    assert cost.wall_s == pytest.approx(0.400 * 1.035)


def test_the_share_of_the_harness_has_an_interval_when_there_are_enough_rounds() -> None:
    (cost,) = evaluation_costs({Case(0, "Site", "Active"): rounds(200)}, side=0)
    assert isinstance(cost.harness_cpu_ratio, Interval)
    assert cost.harness_cpu_ratio.value == pytest.approx(0.02, abs=1e-6)
    assert cost.harness_cpu_ratio.low <= 0.02 + 1e-6
    assert cost.harness_cpu_ratio.high >= 0.02 - 1e-6
    (few,) = evaluation_costs({Case(0, "Site", "Active"): rounds(200, count=3)}, side=0)
    assert few.harness_cpu_ratio == pytest.approx(0.02, abs=1e-6)


def test_no_share_where_nothing_of_ours_was_measured() -> None:
    plain = [one._replace(recorded_ns=None) for one in rounds(200)]
    (cost,) = evaluation_costs({Case(0, "Site", "EmailAction"): plain}, side=0)
    assert cost.harness_cpu_ratio is None


def test_only_the_side_that_was_asked_for() -> None:
    measured = {Case(side, "Site", choice): rounds(200) for side in (0, 1) for choice in ("none", "Active")}
    assert [one.actions for one in evaluation_costs(measured, side=1)] == ["none", "Active"]


def test_a_change_is_found_where_it_is_and_a_drift_of_both_sides_is_none() -> None:
    measured = {Case(0, "Site", "Active"): rounds(200), Case(1, "Site", "Active"): rounds(220)}
    changes = {one.part: one for one in cpu_changes(measured)}
    assert changes["agent"].effect_ratio == pytest.approx(1.1)
    assert changes["agent"].interval_ratio == pytest.approx((1.1, 1.1))
    assert changes["service"].effect_ratio == pytest.approx(1.0)
    assert changes["database"].rounds == 8


def test_what_one_side_has_not_is_not_compared() -> None:
    assert cpu_changes({Case(0, "Site", "Active"): rounds(200)}) == ()
