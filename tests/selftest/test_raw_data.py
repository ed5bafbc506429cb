"""The pool in one file is the pool, pair by pair."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from harness.selftest.raw_data import write_raw_data
from harness.selftest.slowdown import EQUAL, SLOWDOWNS
from tests.measure.pairs import OPERATIONS
from tests.selftest.made_pool import made_arm


def test_every_request_and_every_log_ratio_is_there(tmp_path: Path) -> None:
    arms = {"equal": made_arm(EQUAL, 3), "slower-10": made_arm(SLOWDOWNS[-1], 2)}
    data = np.load(write_raw_data(arms, OPERATIONS, tmp_path))
    assert data["pair"].tolist() == [1, 1, 2, 2, 3]
    assert data["share"].tolist() == [0.0, 0.1, 0.0, 0.1, 0.0]
    assert tuple(data["operations"]) == OPERATIONS
    column = data["questions"].tolist().index("service_cpu of all operations together")
    of_slower = data["log_ratios"][data["share"] == 0.1, column]
    assert np.allclose(of_slower, arms["slower-10"].log_ratios("service_cpu"))
    last = data["requests"][data["requests_pair"] == 3]
    assert np.array_equal(last, arms["equal"].pairs[2].rows)
