"""Pools of made-up pairs: two operations, a slow-down of known size, noise of known spread."""

from __future__ import annotations

import numpy as np

from harness.measure.pair import PairMeasurement
from harness.measure.pair_store import PairLine
from harness.selftest.pool import Arm, PoolStore, RecordedPair
from harness.selftest.slowdown import SLOWDOWNS, Slowdown
from tests.measure.pairs import OPERATIONS, REPETITIONS, pair_rows


def made_pairs(slowdown: Slowdown, count: int, *, noise: float = 0.01, shift: float = 0.0) -> list[RecordedPair]:
    """``shift``: what else the contender needs, that nobody injected."""
    draws = np.random.default_rng([count, round(1000 * slowdown.share)])
    ratio = (1 + slowdown.share) * (1 + shift)
    return [
        RecordedPair(
            PairLine(number, is_control=False, repetitions=(REPETITIONS,) * 2, wrong={}, elapsed_s=5.0),
            pair_rows(ratio, draws, noise=noise, request_noise=noise),
        )
        for number in range(1, count + 1)
    ]


def made_arm(slowdown: Slowdown, count: int, *, noise: float = 0.01, shift: float = 0.0) -> Arm:
    return Arm.of(slowdown, made_pairs(slowdown, count, noise=noise, shift=shift), OPERATIONS)


def made_arms(equal: int, slower: int) -> dict[str, Arm]:
    return {one.name: made_arm(one, slower if one.share else equal) for one in SLOWDOWNS}


def store_pool(store: PoolStore, equal: int, slower: int) -> None:
    """So many pairs of each slow-down, on disk."""
    for one in SLOWDOWNS:
        for line, rows in made_pairs(one, slower if one.share else equal):
            store.add(one, line, PairMeasurement(rows, {}))
