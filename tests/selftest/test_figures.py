"""Figures count what happened in the trials, whether these were measured or drawn."""

from __future__ import annotations

from dataclasses import replace as with_changes

import numpy as np
import pytest
from msgspec.structs import replace

from harness.selftest import figures
from harness.selftest.drawn_comparisons import DrawnComparison
from harness.selftest.rates import Counted
from harness.selftest.slowdown import EQUAL, SLOWDOWNS
from harness.selftest_result import StallRun
from tests.reports.synthetic_comparison import same as same_builds
from tests.selftest.made_pool import made_arm, made_arms

SAME = DrawnComparison("same", (), (), 20, is_decided=True)


def drawn(*verdicts: str) -> list[DrawnComparison]:
    return [with_changes(SAME, verdict=verdict, pairs=10 + place) for place, verdict in enumerate(verdicts)]


def test_a_change_that_is_found_in_equal_builds_is_a_false_alarm() -> None:
    trials = drawn("same", "regression", "improvement", "inconclusive")
    alarm, control, same = figures.false_alarms("pool", trials, [1.0, 2.0, 2.0, 9.0])
    assert (alarm.rate.found, alarm.rate.trials, alarm.standing) == (2, 4, "missed")
    assert alarm.pairs == (11.5, pytest.approx(12.85))
    assert alarm.minutes == 2.0
    assert (control.rate.found, same.rate.found) == (0, 1)


def test_a_control_that_differs_is_counted() -> None:
    found = tuple(replace(one, verdict="regression") for one in same_builds().judgements[:1])
    _alarm, control, _same = figures.false_alarms("pool", [with_changes(SAME, control=found), SAME], [1.0, 1.0])
    assert (control.rate.found, control.rate.trials) == (1, 2)


def test_whole_comparisons_are_counted_alike() -> None:
    result = same_builds()
    trials = [replace(result, verdict="same"), replace(result, verdict="wrong")]
    alarm, *_ = figures.false_alarms("end to end", trials, [2.0, 4.0])
    assert (alarm.rate.found, alarm.aim, alarm.standing, alarm.minutes) == (1, "0 in 60", "missed", 3.0)
    pairs = [
        max(one.pairs for one in of if one.lane == "paired") for of in (result.judgements, result.control) if of
    ]
    assert alarm.pairs == (sum(pairs), sum(pairs))


def test_without_trials_there_is_no_figure() -> None:
    assert list(figures.false_alarms("pool", [], [])) == []
    assert list(figures.exact(Counted(0, 0), Counted(0, 0))) == []
    assert list(figures.stall([])) == []


@pytest.mark.parametrize(
    ("share", "chosen", "aim"),
    [
        (0.01, False, None),
        (0.01, True, "at least 95 %"),
        (0.02, False, "at least 95 %"),
        (0.10, True, "at least 95 %"),
    ],
)
def test_only_sizes_that_must_be_found_have_an_aim(share: float, chosen: bool, aim: str | None) -> None:
    slowdown = next(one for one in SLOWDOWNS if one.share == share)
    figure = figures.power("pool", slowdown, drawn(*["regression"] * 100), [1.0] * 100, chosen=chosen)
    assert (figure.aim, figure.standing) == (aim, aim and "reached")
    assert figure.what == f"+{share:.0%} CPU was found"


def test_power_counts_regressions_only() -> None:
    figure = figures.power(
        "pool", SLOWDOWNS[2], drawn("regression", "improvement", "same"), [1.0] * 3, chosen=False
    )
    assert (figure.rate.found, figure.rate.trials) == (1, 3)


def test_coverage_says_how_the_true_effect_is_known() -> None:
    arms = list(made_arms(equal=40, slower=20).values())
    found = list(figures.coverage_of_pool(arms, 50, np.random.default_rng(1)))
    assert len(found) == 2 * len(SLOWDOWNS)
    of_equal = [one for one in found if "true effect 0" in one.what]
    assert [one.rate.trials for one in of_equal] == [3 * 10, 2 * 10]
    assert {one.rate.trials for one in found} == {30, 20, 50}
    assert all(one.note for one in found)


def test_every_small_change_must_be_found_and_nothing_else_named() -> None:
    found, named = figures.exact(Counted(4, 5), Counted(0, 300))
    assert (found.standing, named.standing) == ("missed", "reached")
    assert [one.standing for one in figures.exact(Counted(5, 5), Counted(1, 300))] == ["reached", "missed"]


def stall_run(generator: str, p99_s: float) -> StallRun:
    return StallRun(generator, 1.0, 10.0, 100.0, 3_000, 0.002, 0.5, p99_s, 0.9)


def test_the_stall_is_judged_by_our_generator() -> None:
    runs = [stall_run("this suite", 0.912), stall_run("Locust, constant throughput", 0.007)]
    (figure,) = figures.stall(runs)
    assert (figure.rate.found, figure.rate.trials, figure.standing) == (1, 1, "reached")
    (figure,) = figures.stall([*runs, stall_run("this suite", 0.93)])
    assert (figure.rate.found, figure.standing) == (1, "missed")


def test_an_arm_says_what_its_pairs_measured() -> None:
    arm = figures.pool_arm(made_arm(SLOWDOWNS[-1], 40))
    value, low, high = arm.effects_ratio["service_cpu"]
    assert low < value < high
    assert value == pytest.approx(1.10, abs=0.01)
    assert 0.005 < arm.spreads["service_cpu"] < 0.03
    few = figures.pool_arm(made_arm(EQUAL, 1))
    assert (few.pairs, few.effects_ratio, few.spreads) == (1, {}, {})
