"""All rules see the same trials, and are tuned on pairs that they are not scored on."""

from __future__ import annotations

import numpy as np
import pytest

from harness.selftest.peers.rules import RULES, Rule
from harness.selftest.peers.runs import Recorded, draw_trial, fewest_pairs
from harness.selftest.peers.scoring import TUNED_RATIO, score_peers, tuned_threshold
from harness.selftest.slowdown import EQUAL, SLOWDOWNS
from harness.selftest_result import PeerScore
from tests.selftest.made_pool import made_arm, made_arms

OURS = RULES[0]


@pytest.fixture(scope="module")
def scores() -> list[PeerScore]:
    return list(score_peers(made_arms(equal=70, slower=40), RULES, 25, seed=1))


def test_every_rule_is_scored_tuned_and_as_it_comes(scores: list[PeerScore]) -> None:
    seen = {(one.peer, one.order, one.metric, one.is_tuned) for one in scores if one.runs == 10}
    for rule in RULES:
        for order in rule.orders:
            for metric in ("service_time", "service_cpu"):
                assert (rule.name, order, metric, True) in seen
                assert ((rule.name, order, metric, False) in seen) is (rule.stock is not None)


def test_a_trial_needs_pairs_enough(scores: list[PeerScore]) -> None:
    """Half of 70 equal pairs are enough for 20 interleaved runs, and for 10 one after the other."""
    assert {(one.order, one.runs) for one in scores} == {
        ("sequential", 10),
        ("interleaved", 10),
        ("interleaved", 20),
    }
    assert list(score_peers(made_arms(equal=18, slower=40), RULES, 5, seed=1)) == []
    assert list(score_peers({"slower-10": made_arm(SLOWDOWNS[-1], 40)}, RULES, 5, seed=1)) == []


def test_pairs_find_what_runs_do_not(scores: list[PeerScore]) -> None:
    """2 % with noise of 1 % per pair: our test on pairs, and a fixed factor of 1.1."""
    of = {(one.peer, one.is_tuned): one for one in scores if (one.order, one.runs) == ("interleaved", 20)}
    ours, factor = of[OURS.name, True], of["a fixed factor of medians", False]
    assert dict(ours.detections)[0.05].found > 0.9 * 25
    assert dict(factor.detections)[0.05].found == 0
    assert factor.false_alarms.found == 0


def test_tuning_leaves_the_wanted_rate_of_false_alarms() -> None:
    values = np.random.default_rng(1).normal(size=1_000)
    assert (values > tuned_threshold(values)).sum() == TUNED_RATIO * 1_000
    assert (np.zeros(50) > tuned_threshold(np.zeros(50))).sum() == 0


def test_what_is_tuned_on_is_not_what_is_scored() -> None:
    """The first half of the equal pairs is noisy: tuned on it, nothing is an alarm on the second."""
    noisy, quiet = made_arm(EQUAL, 30, noise=0.2), made_arm(EQUAL, 30, noise=0.001)
    both = type(noisy)(
        EQUAL, noisy.pairs + quiet.pairs, noisy.questions, np.concatenate([noisy.values, quiet.values])
    )
    ratio = Rule("ratio", lambda trials: np.array([_ratio(one) for one in trials]), "{}".format, 1.0, 1.0)
    tuned = [one for one in score_peers({"equal": both}, [ratio], 100, seed=1) if one.is_tuned and one.runs == 10]
    assert {one.false_alarms.found for one in tuned} == {0}


def _ratio(trial: object) -> float:
    baseline, contender = trial.means()
    return float(contender.mean() / baseline.mean())


def test_sequential_runs_come_one_after_the_other() -> None:
    """Each build from pairs of its own, close to one another in time."""
    times = [np.array([float(place)]) for place in range(40)]
    recorded = Recorded(tuple(times), tuple(times), tuple([0.0] * 40))
    draws = np.random.default_rng(2)
    firsts = set()
    for _trial in range(50):
        one = draw_trial(recorded, "sequential", 10, draws)
        baseline, contender = (np.concatenate(runs) for runs in (one.baseline, one.contender))
        assert one.log_ratios is None
        assert baseline.size == contender.size == 10
        assert not set(baseline) & set(contender)
        both = np.concatenate([baseline, contender])
        assert both.max() - both.min() < fewest_pairs("sequential", 10)
        earlier, later = sorted([baseline, contender], key=np.mean)
        assert earlier.max() < later.min()
        firsts.add(bool(baseline.mean() < contender.mean()))
    assert firsts == {True, False}


def test_interleaved_runs_are_the_sides_of_the_same_pairs() -> None:
    recorded = Recorded.of(made_arm(SLOWDOWNS[-1], 30), "service_cpu")
    one = draw_trial(recorded, "interleaved", 10, np.random.default_rng(3))
    places = [next(i for i, run in enumerate(recorded.baseline) if run is chosen) for chosen in one.baseline]
    assert places == sorted(set(places))
    assert all(run is recorded.contender[place] for run, place in zip(one.contender, places, strict=True))
    assert one.log_ratios == tuple(recorded.log_ratios[place] for place in places)
