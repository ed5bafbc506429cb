"""The pool in one file is the pool, pair by pair."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.compare.verdict import Series
from harness.comparison import Question
from harness.selftest.raw_data import read_raw_data, write_raw_data
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


def test_what_was_written_is_judged_as_the_pool_is(tmp_path: Path) -> None:
    arms = {"equal": made_arm(EQUAL, 3), "slower-10": made_arm(SLOWDOWNS[-1], 2)}
    write_raw_data(arms, OPERATIONS, tmp_path)
    data = read_raw_data(tmp_path)
    assert (data.operations, data.questions) == (OPERATIONS, arms["equal"].questions)
    read, measured = data.series(data.log_ratios[data.share == 0.0]), arms["equal"].series([0, 1, 2])
    assert {one: _log_ratios(series) for one, series in read.items()} == {
        one: pytest.approx(_log_ratios(series)) for one, series in measured.items()
    }
    assert read[Question("paired", "service_cpu", None)].baseline == (1.0, 1.0, 1.0)


def _log_ratios(series: Series) -> list[float]:
    return np.log(np.divide(series.contender, series.baseline)).tolist()
