"""What a comparison of one build with the good end says of the symptom, and when it says nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.bisection import Symptom
from harness.builds.environment import BuildEnvironment
from harness.comparison import AbsentOperation, CounterChange
from harness.errors import NotComparableError
from harness.measure.pair import PairMeasurement
from harness.measure.pair_store import PairStore
from harness.measure.symptom_lane import SymptomLane, SymptomSeen
from scenarios.samples import Outcome
from tests.measure.pairs import OPERATIONS, READ, comparison_settings, line, new_record, pair_rows, store_pairs
from tests.reports.synthetic_comparison import build, comparison, counted

SQL = Symptom("exact", "statements", READ, 4.0, 5.0)
CPU = Symptom("paired", "service_cpu", None, 0.004, 0.0042, 1.05, (1.04, 1.06))


def lane(symptom: Symptom, **settings: Any) -> SymptomLane:
    return SymptomLane(
        good=BuildEnvironment(Path("python"), build("9.1.21")),
        symptom=symptom,
        settings=comparison_settings(lanes=("exact", "paired"), **settings),
        command="rssbench bisect",
        stack_root=Path(),
        progress=print,
        check=lambda: None,
    )


def test_only_the_operation_of_the_symptom_is_looked_at() -> None:
    timed = lane(CPU, timed=(READ,)).settings_of_step(30.0, position=7)
    assert timed == comparison_settings(lanes=("paired",), timed=(READ,), budget_s=30.0, seed=8)
    alone = lane(SQL, timed=OPERATIONS).settings_of_step(30.0, position=7)
    assert alone.seed == 1  # counters of all builds are those of one data set
    assert (alone.lanes, alone.operations, alone.timed) == (("exact",), (READ,), None)


def test_pairs_say_how_much_slower_and_the_control_how_noisy(tmp_path: Path) -> None:
    new_record(tmp_path)
    store_pairs(tmp_path, 12, ratio=1.05)
    seen = lane(CPU).kept(tmp_path)
    assert (len(seen.log_ratios), len(seen.control)) == (10, 2)
    assert np.median(seen.log_ratios) == pytest.approx(np.log(1.05), abs=0.01)
    assert np.median(seen.control) == pytest.approx(0.0, abs=0.03)
    assert (seen.is_bad, seen.count) == (None, None)


def test_without_a_pair_nothing_is_said(tmp_path: Path) -> None:
    new_record(tmp_path)
    assert lane(CPU).kept(tmp_path) == SymptomSeen()


def test_a_build_that_answers_wrongly_is_not_compared(tmp_path: Path) -> None:
    new_record(tmp_path)
    rows = pair_rows(1.0, np.random.default_rng(1))
    rows["outcome"] = Outcome.refused
    PairStore(tmp_path).add(line(1, contender={READ: "no such method"}), PairMeasurement(rows, {}))
    with pytest.raises(NotComparableError, match="no such method"):
        lane(CPU).kept(tmp_path)


@pytest.mark.parametrize(
    ("counters", "is_bad"),
    [((), False), ((CounterChange("statements", 2, 3),), True), ((CounterChange("commits", 1, 2),), False)],
)
def test_a_counter_that_rose_is_bad(counters: tuple[CounterChange, ...], is_bad: bool, tmp_path: Path) -> None:
    result = comparison(exact=(counted(READ, counters=counters),))
    seen = lane(SQL).seen(result, tmp_path)
    assert seen.is_bad is is_bad
    assert seen.count == len(result.exact[0].contender.statements)  # type: ignore[union-attr]
    assert seen.log_ratios == ()


def test_a_counter_that_varies_or_an_operation_that_is_absent_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotComparableError, match=f"statements of {READ} vary in this build"):
        lane(SQL).seen(comparison(exact=(counted(READ, excluded=("statements",)),)), tmp_path)
    absent = comparison(absent=(AbsentOperation(READ, "7.3.42", "7.3 has no such method"),))
    with pytest.raises(NotComparableError, match=r"7\.3 has no such method"):
        lane(SQL).seen(absent, tmp_path)
    with pytest.raises(NotComparableError, match=f"{READ} was not counted"):
        lane(SQL).seen(comparison(), tmp_path)
