"""The schedule as a truth table, and as properties that hold for every load."""

import itertools
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.load_plan import LoadPlan
from scenarios.schedule import (
    arrivals_s,
    end_s,
    iterations_per_user,
    user_start_s,
    worker_arrivals_s,
    worker_users,
)

from .plans import plan_of


def first(number: int, **asked: Any) -> list[float]:
    return [round(instant, 6) for instant in itertools.islice(arrivals_s(plan_of(**asked)), number)]


OPEN_LOOP = [
    ("2 per second, held for 2 s: four arrivals, half a second apart",
     {"rate_per_s": 2.0, "hold_for_s": 2.0}, [0.0, 0.5, 1.0, 1.5]),
    ("a rate of 0.3 per second held for 10 s: three, not four, whatever the rounding of 0.3",
     {"rate_per_s": 0.3, "hold_for_s": 10.0}, [0.0, 3.333333, 6.666667]),
    ("less than one arrival asked: one, at the start",
     {"rate_per_s": 0.1, "hold_for_s": 1.0}, [0.0]),
    ("ramp-up of 4 s to 2 per second: the integral is t*t/4, so arrival i is due at 2*sqrt(i)",
     {"rate_per_s": 2.0, "ramp_up_s": 4.0}, [0.0, 2.0, 2.828427, 3.464102]),
    ("ramp-up, then hold: the fifth arrival is the first at the full rate",
     {"rate_per_s": 2.0, "ramp_up_s": 4.0, "hold_for_s": 1.0}, [0.0, 2.0, 2.828427, 3.464102, 4.0, 4.5]),
    ("two steps of 2 s to 2 per second: 1 per second, then 2 per second",
     {"rate_per_s": 2.0, "ramp_up_s": 4.0, "steps": 2}, [0.0, 1.0, 2.0, 2.5, 3.0, 3.5]),
    ("two steps, then hold at the full rate",
     {"rate_per_s": 2.0, "ramp_up_s": 2.0, "steps": 2, "hold_for_s": 1.0}, [0.0, 1.0, 1.5, 2.0, 2.5]),
    ("steps without a ramp-up: nothing to step through",
     {"rate_per_s": 2.0, "hold_for_s": 1.0, "steps": 5}, [0.0, 0.5]),
    ("2 users with 2 iterations each: four arrivals, without end by time",
     {"rate_per_s": 1.0, "users": 2, "iterations": 2}, [0.0, 1.0, 2.0, 3.0]),
    ("iterations end it before hold-for does",
     {"rate_per_s": 1.0, "users": 2, "iterations": 1, "hold_for_s": 9.0}, [0.0, 1.0]),
    ("hold-for ends it before the iterations do",
     {"rate_per_s": 1.0, "users": 2, "iterations": 9, "hold_for_s": 2.0}, [0.0, 1.0]),
    ("iterations with a ramp-up and no hold-for: the full rate lasts until they are done",
     {"rate_per_s": 2.0, "users": 1, "iterations": 6, "ramp_up_s": 4.0},
     [0.0, 2.0, 2.828427, 3.464102, 4.0, 4.5]),
    ("neither hold-for nor iterations: one iteration per user",
     {"rate_per_s": 1.0, "users": 3}, [0.0, 1.0, 2.0]),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "due_s"), [row[1:] for row in OPEN_LOOP], ids=[row[0] for row in OPEN_LOOP])
def test_arrivals_are_due(asked: dict[str, Any], due_s: list[float]) -> None:
    assert first(100, **asked) == due_s


CLOSED_LOOP = [
    ("no ramp-up: all users at once", {"users": 3}, [0.0, 0.0, 0.0]),
    ("ramp-up of 6 s: a user every 2 s", {"users": 3, "ramp_up_s": 6.0}, [0.0, 2.0, 4.0]),
    ("two steps: half of the users at once, the rest after half of the ramp-up",
     {"users": 4, "ramp_up_s": 6.0, "steps": 2}, [0.0, 0.0, 3.0, 3.0]),
    ("steps that do not divide the users: as even as can be",
     {"users": 5, "ramp_up_s": 6.0, "steps": 2}, [0.0, 0.0, 0.0, 3.0, 3.0]),
    ("as many steps as users: the line again",
     {"users": 3, "ramp_up_s": 6.0, "steps": 3}, [0.0, 2.0, 4.0]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "start_s"), [row[1:] for row in CLOSED_LOOP], ids=[row[0] for row in CLOSED_LOOP]
)
def test_users_start(asked: dict[str, Any], start_s: list[float]) -> None:
    plan = plan_of(**asked)
    assert [user_start_s(plan, user) for user in range(plan.users)] == start_s


ENDS = [
    ("hold-for alone: time", {"hold_for_s": 5.0}, 5.0, None),
    ("ramp-up counts as time too", {"ramp_up_s": 2.0, "hold_for_s": 5.0}, 7.0, None),
    ("ramp-up alone is a time", {"ramp_up_s": 2.0}, 2.0, None),
    ("iterations alone: no end by time", {"iterations": 3}, None, 3),
    ("iterations with a ramp-up: no end by time", {"iterations": 3, "ramp_up_s": 2.0}, None, 3),
    ("both: whichever ends first", {"iterations": 3, "hold_for_s": 5.0}, 5.0, 3),
    ("neither: one iteration", {}, None, 1),
]


@pytest.mark.parametrize(
    ("asked", "by_time_s", "iterations"), [row[1:] for row in ENDS], ids=[row[0] for row in ENDS]
)
def test_the_load_ends_by(asked: dict[str, Any], by_time_s: float | None, iterations: int | None) -> None:
    assert (end_s(plan_of(**asked)), iterations_per_user(plan_of(**asked))) == (by_time_s, iterations)


rates = st.floats(0.1, 200.0)
times_s = st.floats(0.1, 20.0)
loads = st.fixed_dictionaries(
    {
        "rate_per_s": rates,
        "hold_for_s": times_s,
        "ramp_up_s": st.one_of(st.just(0.0), times_s),
        "steps": st.one_of(st.none(), st.integers(1, 10)),
        "arrivals": st.sampled_from(["constant", "poisson"]),
        "seed": st.integers(0, 9),
        "users": st.integers(1, 50),
    }
)


def integral_to(plan: LoadPlan, instant_s: float) -> float:
    """The integral of the rate, from its definition rather than from the phases of the schedule."""
    rate = plan.rate_per_s or 0.0
    ramp_s = plan.ramp_up_s
    held = rate * max(0.0, instant_s - ramp_s)
    if not ramp_s:
        return held
    inside_s = min(instant_s, ramp_s)
    if not plan.steps:
        return held + rate * inside_s**2 / (2 * ramp_s)
    step_s = ramp_s / plan.steps
    return held + sum(
        rate * (step + 1) / plan.steps * min(max(0.0, inside_s - step * step_s), step_s)
        for step in range(plan.steps)
    )


@given(loads)
def test_as_many_arrivals_as_the_integral_of_the_rate_in_order_and_in_time(asked: dict[str, Any]) -> None:
    plan = plan_of(**asked)
    due_s = list(arrivals_s(plan))
    end = plan.ramp_up_s + (plan.hold_for_s or 0.0)
    assert len(due_s) == math.ceil(round(integral_to(plan, end), 6))
    assert due_s == sorted(due_s)
    assert due_s[0] >= 0.0
    assert due_s[-1] < end or math.isclose(due_s[-1], end)


@given(loads)
def test_a_constant_arrival_is_due_when_the_integral_of_the_rate_reaches_its_number(asked: dict[str, Any]) -> None:
    plan = plan_of(**(asked | {"arrivals": "constant"}))
    for number, due_s in enumerate(arrivals_s(plan)):
        assert integral_to(plan, due_s) == pytest.approx(number, abs=1e-6 * (1 + number))


@given(loads, st.integers(1, 7))
def test_all_workers_together_send_exactly_the_load_asked_for(asked: dict[str, Any], workers: int) -> None:
    shares = [list(worker_arrivals_s(plan_of(**asked, workers=workers, worker=w))) for w in range(workers)]
    assert sorted(itertools.chain(*shares)) == list(arrivals_s(plan_of(**asked)))
    with_a_user = shares[: min(workers, asked["users"])]
    assert max(map(len, with_a_user)) - min(map(len, with_a_user)) <= 1


@given(st.integers(1, 50), st.integers(1, 9))
def test_every_user_belongs_to_one_worker(users: int, workers: int) -> None:
    shares = [worker_users(plan_of(users=users, workers=workers, worker=w)) for w in range(workers)]
    assert sorted(itertools.chain(*shares)) == list(range(users))
    assert all(user % workers == worker for worker, share in enumerate(shares) for user in share)


@given(st.integers(1, 50), times_s, st.one_of(st.none(), st.integers(1, 60)))
def test_users_start_in_order_within_the_ramp_up(users: int, ramp_up_s: float, steps: int | None) -> None:
    plan = plan_of(users=users, ramp_up_s=ramp_up_s, steps=steps)
    starts_s = [user_start_s(plan, user) for user in range(users)]
    assert starts_s[0] == 0.0
    assert starts_s == sorted(starts_s)
    assert starts_s[-1] < ramp_up_s


def test_a_worker_without_users_gets_no_arrivals() -> None:
    asked = {"rate_per_s": 10.0, "hold_for_s": 1.0, "users": 2, "workers": 4}
    assert [len(list(worker_arrivals_s(plan_of(**asked, worker=worker)))) for worker in range(4)] == [5, 5, 0, 0]


def test_poisson_gaps_vary_as_much_as_they_are_long() -> None:
    due_s = list(arrivals_s(plan_of(rate_per_s=100.0, hold_for_s=100.0, arrivals="poisson")))
    gaps_s = [later - earlier for earlier, later in itertools.pairwise(due_s)]
    mean_s = sum(gaps_s) / len(gaps_s)
    deviation_s = math.sqrt(sum((gap - mean_s) ** 2 for gap in gaps_s) / len(gaps_s))
    assert mean_s == pytest.approx(0.01, rel=0.01)
    assert deviation_s / mean_s == pytest.approx(1.0, abs=0.03)


def test_poisson_without_end_by_time_has_the_rate_asked_for() -> None:
    plan = plan_of(rate_per_s=100.0, users=10, iterations=1000, arrivals="poisson")
    due_s = list(arrivals_s(plan))
    assert len(due_s) == 10_000
    assert due_s[-1] == pytest.approx(100.0, rel=0.03)


def test_the_seed_decides_poisson_arrivals() -> None:
    def due_s(seed: int) -> list[float]:
        return first(50, rate_per_s=10.0, hold_for_s=5.0, arrivals="poisson", seed=seed)

    assert due_s(1) == due_s(1)
    assert due_s(1) != due_s(2)


def test_a_closed_loop_has_no_arrivals() -> None:
    with pytest.raises(ValueError, match="no arrivals"):
        list(arrivals_s(plan_of(hold_for_s=1.0)))
