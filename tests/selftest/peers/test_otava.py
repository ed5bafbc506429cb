"""Apache Otava, run for real, sees a step in a series and none in noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.selftest.peers import otava
from harness.selftest.peers.runs import PeerTrial
from harness.settings import cache_folder


def trial(ratio: float, seed: int) -> PeerTrial:
    draws = np.random.default_rng(seed)
    sides = (
        [np.array([0.004 * factor * np.exp(draws.normal(0, 0.01))]) for _run in range(15)] for factor in (1, ratio)
    )
    baseline, contender = (tuple(side) for side in sides)
    return PeerTrial(baseline, contender, None)


@pytest.mark.stack
def test_a_step_up_is_an_alarm_and_a_step_down_is_none() -> None:
    rule = otava.otava_rule(otava.otava_python(cache_folder(), print))
    up, down, noise = rule.values([trial(1.2, 1), trial(1 / 1.2, 2), trial(1.0, 3)])
    assert up > rule.stock
    assert down < rule.stock
    assert noise < rule.stock


def test_what_cannot_be_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    with pytest.raises(otava.BuildError, match=r"Apache Otava .* cannot be installed"):
        otava.otava_python(tmp_path, print)


def test_the_threshold_in_words_is_the_p_value_that_alarms_come_with() -> None:
    assert otava._said(otava._STOCK - 0.5) == "p 1e-03"
    assert otava._said(4.0) == "p 1e-05"
