"""CPU of evaluations from rounds whose costs are known."""

from __future__ import annotations

import pytest

from harness.measure.evaluation_costs import Case, RoundCost, cpu_changes, evaluation_costs
from harness.model import Interval

MS = 1_000_000


def rounds(agent_ms: float, count: int = 8) -> list[RoundCost]:
    """Ours is from 1 to 3 % of the agent's CPU; each round is a bit slower than the one before, on either side."""
    drift = [(number, 1 + 0.01 * number) for number in range(count)]
    return [
        RoundCost(
            agent_ns=round(agent_ms * MS * slower),
            service_ns=round(50 * MS * slower),
            database_ns=round(5 * MS * slower),
            wall_ns=round(400 * MS * slower),
            ours_ns=round(agent_ms * MS * slower * (0.01 + 0.02 * number / count)),
        )
        for number, slower in drift
    ]


def test_the_cost_is_the_mean_of_the_middle_half() -> None:
    stray = [*rounds(200)[:-1], RoundCost(9_000 * MS, 9_000 * MS, 9_000 * MS, 9_000 * MS, 180 * MS)]
    (cost,) = evaluation_costs({Case(0, "Site", "Active"): stray}, side=0)
    assert (cost.element_type, cost.actions, cost.evaluations) == ("Site", "Active", 8)
    assert cost.agent_cpu_s == pytest.approx(0.200 * 1.035)
    assert cost.service_cpu_s == pytest.approx(0.050 * 1.035)
    assert cost.database_cpu_s == pytest.approx(0.005 * 1.035)
    assert cost.wall_s == pytest.approx(0.400 * 1.035)


def test_the_share_of_the_harness_has_an_interval_when_there_are_enough_rounds() -> None:
    (cost,) = evaluation_costs({Case(0, "Site", "Active"): rounds(200)}, side=0)
    assert isinstance(cost.harness_cpu_ratio, Interval)
    assert cost.harness_cpu_ratio.value == pytest.approx(0.01875)
    assert 0.01 <= cost.harness_cpu_ratio.low < 0.018
    assert 0.02 < cost.harness_cpu_ratio.high <= 0.0275
    (few,) = evaluation_costs({Case(0, "Site", "Active"): rounds(200, count=3)}, side=0)
    assert few.harness_cpu_ratio == pytest.approx(0.01 + 0.02 / 3)


def test_a_machine_that_is_slow_for_a_while_does_not_widen_that_interval() -> None:
    """Both parts are of one evaluation."""
    steady = rounds(200)
    disturbed = [
        one._replace(agent_ns=one.agent_ns * 2, ours_ns=one.ours_ns * 2) if number % 2 else one
        for number, one in enumerate(steady)
    ]
    found = [evaluation_costs({Case(0, "Site", "Active"): one}, side=0)[0] for one in (steady, disturbed)]
    assert found[0].harness_cpu_ratio == pytest.approx(found[1].harness_cpu_ratio)


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
