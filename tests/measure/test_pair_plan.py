"""What is drawn for a pair favours no side, and comes out the same when a comparison is continued."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measure.pair_plan import CONTROL_EVERY, plan_pair, repetitions

PLANS = [plan_pair(7, number, [0, 1]) for number in range(1, 401)]


def test_the_same_seed_and_number_are_the_same_pair() -> None:
    one, other = plan_pair(7, 12, [0, 1]), plan_pair(7, 12, [0, 1])
    assert (one.start_order, one.placement) == (other.start_order, other.placement)
    assert one.draws.random() == other.draws.random()
    assert plan_pair(8, 12, [0, 1]).placement != one.placement


def test_every_fifth_pair_is_the_control() -> None:
    assert [plan.number for plan in PLANS if plan.is_control] == list(range(CONTROL_EVERY, 401, CONTROL_EVERY))


@pytest.mark.parametrize(
    "drawn",
    [
        [plan.start_order[0] for plan in PLANS],
        [min(plan.placement.service_cores) for plan in PLANS],
        [plan.placement.hash_seed % 2 for plan in PLANS],
    ],
    ids=["who starts first", "the core of the services", "the hash seed"],
)
def test_what_could_favour_a_side_is_drawn_evenly(drawn: list[int]) -> None:
    counts = Counter(drawn)
    assert set(counts) == {0, 1}
    assert 150 < counts[0] < 250


def test_services_and_databases_keep_out_of_each_others_way_where_there_are_two_cores() -> None:
    for plan in PLANS:
        assert not plan.placement.service_cores & plan.placement.database_cores
    assert plan_pair(7, 1, [3]).placement.service_cores == plan_pair(7, 1, [3]).placement.database_cores == {3}


@given(st.lists(st.floats(1e-4, 1.0), min_size=2, max_size=30))
def test_what_costs_more_is_repeated_no_more_often(costs_s: list[float]) -> None:
    times = repetitions(costs_s)
    by_cost = [count for _cost, count in sorted(zip(costs_s, times, strict=True), key=lambda pair: pair[0])]
    assert by_cost == sorted(by_cost, reverse=True)
    assert min(times) >= 2


def test_a_call_that_costs_nine_times_as_much_is_repeated_a_third_as_often() -> None:
    assert repetitions([0.004] * 25 + [0.036]) == (6,) * 25 + (2,)


def test_one_operation_has_the_time_of_all() -> None:
    assert repetitions([0.004]) == (150,)
