"""Rules side by side on the same pairs, each at its own threshold and at one that gives all the same false
alarms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from harness.comparison import TimedMetric
from harness.selftest.peers.rules import ORDERS, Rule
from harness.selftest.peers.runs import PeerTrial, Recorded, draw_trial, fewest_pairs
from harness.selftest.pool import Arm
from harness.selftest.rates import Counted
from harness.selftest.slowdown import EQUAL
from harness.selftest_result import Order, PeerScore

Floats = npt.NDArray[np.float64]

METRICS: tuple[TimedMetric, ...] = ("service_time", "service_cpu")

#: Runs of each build: what benchstat and asv are fed with, and twice as many.
RUNS = (10, 20)

#: Thresholds are set so that at most so many of the trials of the first half of the equal pairs are alarms.
TUNED_RATIO = 0.01


def score_peers(arms: Mapping[str, Arm], rules: Sequence[Rule], trials: int, seed: int) -> Iterator[PeerScore]:
    """``arms`` by the name of the slow-down; those with too few pairs for a trial are left out, and nothing is
    scored where either half of the equal pairs is one of them."""
    for metric in METRICS:
        recorded = {arm.slowdown.share: Recorded.of(arm, metric) for arm in arms.values()}
        for order in ORDERS:
            for runs in RUNS:
                # drawn anew for each cell, so that a rule more or less changes no other
                draws = np.random.default_rng([seed, METRICS.index(metric), ORDERS.index(order), runs])
                cell = _Cell.drawn(recorded, order, runs, trials, draws)
                if cell is not None:
                    for rule in (one for one in rules if order in one.orders):
                        yield from cell.scores(rule, metric, order, runs)


class _Cell:
    """The trials that all rules are shown, of one metric, order and number of runs."""

    def __init__(self, tuning: Sequence[PeerTrial], equal: Sequence[PeerTrial]) -> None:
        self._tuning = tuning
        self._equal = equal
        self._slower: dict[float, Sequence[PeerTrial]] = {}

    @classmethod
    def drawn(
        cls, recorded: Mapping[float, Recorded], order: Order, runs: int, trials: int, draws: np.random.Generator
    ) -> _Cell | None:
        equal, fewest = recorded.get(EQUAL.share), fewest_pairs(order, runs)
        if equal is None or len(equal) // 2 < fewest:
            return None
        half = len(equal) // 2

        def of(part: Recorded) -> list[PeerTrial]:
            return [draw_trial(part, order, runs, draws) for _trial in range(trials)]

        cell = cls(of(equal.part(0, half)), of(equal.part(half, len(equal))))
        cell._slower = {share: of(one) for share, one in recorded.items() if share and len(one) >= fewest}
        return cell

    def scores(self, rule: Rule, metric: TimedMetric, order: Order, runs: int) -> Iterator[PeerScore]:
        equal = rule.values(self._equal)
        slower = {share: rule.values(trials) for share, trials in self._slower.items()}
        tuned = max(rule.least, tuned_threshold(rule.values(self._tuning)))
        for is_tuned, threshold in ((False, rule.stock), (True, tuned)):
            if threshold is None:
                continue
            yield PeerScore(
                peer=rule.name,
                order=order,
                metric=metric,
                runs=runs,
                is_tuned=is_tuned,
                threshold=rule.said(threshold),
                false_alarms=_above(equal, threshold).rate(),
                detections=tuple(
                    (share, _above(values, threshold).rate()) for share, values in sorted(slower.items())
                ),
            )


def tuned_threshold(values: Floats) -> float:
    """The smallest of the values above which at most TUNED_RATIO of them lie."""
    ordered = np.sort(values)
    return float(ordered[values.size - 1 - int(TUNED_RATIO * values.size)])


def _above(values: Floats, threshold: float) -> Counted:
    return Counted(int((values > threshold).sum()), values.size)
