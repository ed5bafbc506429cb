"""The pool keeps pairs as they were measured, and gives comparisons what they would have measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.comparison import Question
from harness.errors import RssbenchError
from harness.measure.observations import Observations
from harness.selftest.pool import PoolStore
from harness.selftest.slowdown import EQUAL, SLOWDOWNS
from tests.measure.pairs import OPERATIONS
from tests.selftest.made_pool import made_arm, made_pairs, store_pool

SLOWER = SLOWDOWNS[-1]


def test_what_was_stored_is_read_again(tmp_path: Path) -> None:
    store = PoolStore(tmp_path, OPERATIONS)
    store_pool(store, equal=3, slower=2)
    arms = store.read()
    assert {name: len(arm) for name, arm in arms.items()} == {
        "equal": 3,
        "slower-1": 2,
        "slower-2": 2,
        "slower-5": 2,
        "slower-10": 2,
    }
    expected = made_pairs(SLOWER, 2)
    for stored, made in zip(arms["slower-10"].pairs, expected, strict=True):
        assert stored.line == made.line
        assert np.array_equal(stored.rows, made.rows)


def test_an_empty_pool_has_no_arm(tmp_path: Path) -> None:
    assert PoolStore(tmp_path / "none", OPERATIONS).read() == {}


def test_what_is_no_pair_is_refused(tmp_path: Path) -> None:
    store = PoolStore(tmp_path, OPERATIONS)
    store_pool(store, equal=1, slower=1)
    (tmp_path / "equal" / "pairs.jsonl").write_text("{}\n")
    with pytest.raises(RssbenchError, match="line 1, is no measured pair"):
        store.read()


def test_chosen_pairs_are_what_a_comparison_of_them_would_judge() -> None:
    pairs = made_pairs(SLOWER, 6)
    observed = Observations(OPERATIONS)
    for place in (4, 0, 5):
        observed.add(pairs[place].line, pairs[place].rows)
    assert made_arm(SLOWER, 6).series([4, 0, 5]) == observed.series()


def test_log_ratios_are_those_of_the_pairs() -> None:
    arm = made_arm(SLOWER, 40)
    assert np.exp(np.mean(arm.log_ratios("service_cpu"))) == pytest.approx(1.10, abs=0.01)
    assert np.exp(np.mean(made_arm(EQUAL, 40).log_ratios("service_time", OPERATIONS[0]))) == pytest.approx(
        1.0, abs=0.02
    )
    assert Question("paired", "service_cpu", None) in arm.questions
    assert arm.pair_s == 5.0
