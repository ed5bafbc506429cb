"""Each rule on data whose answer is known, and Locust's rounding against Locust's own."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from scipy.stats import mannwhitneyu, norm

from harness import command
from harness.selftest.peers import rules
from harness.selftest.peers.runs import PeerTrial

RUNS = 10


def trial(ratio: float, *, runs: int = RUNS, noise: float = 0.01, seed: int = 1) -> PeerTrial:
    draws = np.random.default_rng(seed)

    def of(factor: float) -> tuple[np.ndarray, ...]:
        return tuple(
            0.004 * factor * np.exp(draws.normal(0, noise)) * np.exp(draws.normal(0, 0.1, 50))
            for _run in range(runs)
        )

    baseline, contender = of(1.0), of(ratio)
    logs = tuple(np.log([b.mean() / a.mean() for a, b in zip(baseline, contender, strict=True)]).tolist())
    return PeerTrial(baseline, contender, logs)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_each_says_more_of_a_larger_slow_down(rule: rules.Rule) -> None:
    none, large = rule.values([trial(1.0), trial(1.5)])
    assert large > none
    if rule.stock is not None:
        assert large > rule.stock


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_a_speed_up_is_no_slow_down(rule: rules.Rule) -> None:
    (value,) = rule.values([trial(0.7)])
    assert value <= (1.0 if rule.stock is None else rule.stock)


def test_mann_whitney_counts_requests() -> None:
    one = trial(1.02)
    p = mannwhitneyu(np.concatenate(one.contender), np.concatenate(one.baseline), alternative="greater").pvalue
    assert 1e-9 < p < 0.2
    assert norm.sf(rules.mann_whitney_deviations(one)) == pytest.approx(p, rel=0.02)


def test_benchstat_needs_runs_that_differ() -> None:
    assert rules.benchstat_confidence(trial(1.5)) == pytest.approx(1 - 2 / 184_756, abs=1e-9)
    assert rules.benchstat_confidence(trial(1.0, runs=3)) <= 0.95  # three against three cannot tell


def test_asv_wants_the_samples_to_differ_and_the_factor() -> None:
    assert rules.asv_ratio(trial(1.2)) == pytest.approx(1.2, abs=0.03)
    assert rules.asv_ratio(trial(1.2, runs=3)) == 0.0


def test_locust_cannot_see_within_a_millisecond() -> None:
    slower = PeerTrial((np.full(50, 0.00261),), (np.full(50, 0.00339),), None)
    assert rules.locust_ratio(slower) == 1.0


def test_locust_shows_what_locust_shows() -> None:
    draws = np.random.default_rng(4)
    times_s = np.exp(draws.normal(np.log(0.02), 1.5, 400))
    program = (
        "import json, sys\n"
        "from collections import Counter\n"
        "from locust.stats import bucket_response_time, calculate_response_time_percentile\n"
        "times = json.load(sys.stdin)\n"
        "buckets = Counter(map(bucket_response_time, times))\n"
        "shown = [calculate_response_time_percentile(buckets, len(times), p) for p in (0.5, 0.95, 0.99)]\n"
        "print(json.dumps(shown))\n"
    )
    done = command.run(
        [sys.executable, "-W", "ignore", "-c", program], timeout_s=60, text=json.dumps((times_s * 1e3).tolist())
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [rules.locust_percentile(times_s, share) for share in (0.5, 0.95, 0.99)]
