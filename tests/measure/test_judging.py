"""From what is on disk to judgements and verdict, whoever ended the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from harness.comparison import OF_SERVICES, ComparisonResult, LoadScenario
from harness.measure.judging import judged, read_measured, recover_comparison
from harness.measure.load_lane import DEFAULT_LOAD
from harness.measure.observations import Observations
from harness.measure.pair import PairMeasurement
from harness.measure.pair_store import PairStore, SideCost
from harness.measure.window_store import WindowPair, WindowStore
from reports.pair_frame import pair_frame

from .pairs import OPERATIONS, READ, REPETITIONS, WRITE, line, new_record, pair_rows, store_pairs
from .test_pair_store import WINDOW

SCENARIO = LoadScenario("production_mix", "production_mix", DEFAULT_LOAD)


def verdicts(result: ComparisonResult) -> dict[tuple[str, str | None], str]:
    return {(one.metric, one.operation): one.verdict for one in result.judgements}


def judged_on_disk(directory: Path, **settings: Any) -> ComparisonResult:
    result = new_record(directory, **settings).result
    return judged(result, read_measured(directory, result.settings.operations))


def test_a_slow_down_of_every_request_is_a_regression_of_every_question(tmp_path: Path) -> None:
    store_pairs(tmp_path, 50, ratio=1.05)
    result = judged_on_disk(tmp_path)
    assert result.verdict == "regression"
    assert set(verdicts(result).values()) == {"regression"}
    together = next(one for one in result.judgements if (one.metric, one.operation) == ("service_cpu", None))
    assert together.pairs == 40
    assert together.effect_ratio == pytest.approx(1.05, rel=0.01)
    assert together.baseline_value == pytest.approx(0.004, rel=0.05)


def test_of_one_operation_alone_the_questions_about_all_bear_its_name(tmp_path: Path) -> None:
    draws = np.random.default_rng(5)
    for number in range(1, 21):
        rows = pair_rows(1.05, draws)
        of_read = msgspec.structs.replace(line(number), repetitions=(REPETITIONS,))
        PairStore(tmp_path).add(of_read, PairMeasurement(rows[rows["operation"] == 0], {}))
    result = judged_on_disk(tmp_path, operations=(READ,))
    assert {one.operation for one in result.judgements} == {READ}
    assert set(pair_frame(tmp_path, result)["operation"]) == {READ}


def test_the_control_is_judged_apart_and_does_not_count_as_a_pair(tmp_path: Path) -> None:
    store_pairs(tmp_path, 50, ratio=1.05)
    result = judged_on_disk(tmp_path)
    assert {one.pairs for one in result.control} == {10}
    assert "regression" not in {one.verdict for one in result.control}


def test_equal_builds_are_the_same(tmp_path: Path) -> None:
    store_pairs(tmp_path, 80)
    assert judged_on_disk(tmp_path).verdict == "same"


def test_a_start_that_costs_more_and_memory_that_grows_are_regressions_beside_equal_requests(
    tmp_path: Path,
) -> None:
    store_pairs(tmp_path, 60, start=1.3, memory=1.06)
    result = judged_on_disk(tmp_path)
    assert result.verdict == "regression"
    worse = {one.metric: one for one in result.judgements if one.verdict == "regression"}
    assert set(worse) == {"start_cpu", "memory"}
    assert {one.operation for one in worse.values()} == {None}
    assert worse["start_cpu"].effect_ratio == pytest.approx(1.3, rel=0.01)
    assert worse["memory"].baseline_value == pytest.approx(90e6, rel=0.01)


def test_start_and_memory_are_not_asked_of_one_operation_nor_of_pairs_that_have_none(tmp_path: Path) -> None:
    alone, earlier = Observations([READ]), Observations(OPERATIONS)
    rows = pair_rows(1.0, np.random.default_rng(5))
    costs = (SideCost(0.8, 90_000_000), SideCost(0.8, 90_000_000))
    one = msgspec.structs.replace(line(1), repetitions=(REPETITIONS,), costs=costs)
    alone.add(one, rows[rows["operation"] == 0])
    earlier.add(line(1), rows)
    for observed in (alone, earlier):
        assert {question.metric for question in observed.series()}.isdisjoint(OF_SERVICES)


def test_few_pairs_say_nothing_yet(tmp_path: Path) -> None:
    store_pairs(tmp_path, 4, ratio=1.5)
    assert judged_on_disk(tmp_path).verdict == "inconclusive"


def test_a_faster_contender_that_answers_wrongly_is_wrong_and_has_no_effect(tmp_path: Path) -> None:
    draws = np.random.default_rng(5)
    for number in range(1, 31):
        PairStore(tmp_path).add(
            line(number, contender={READ: "no rows"}), PairMeasurement(pair_rows(0.5, draws), {})
        )
    result = judged_on_disk(tmp_path)
    assert result.verdict == "wrong"
    (of_read,) = [one for one in result.judgements if one.operation == READ]
    assert (of_read.verdict, of_read.reason, of_read.effect_ratio) == ("wrong", "no rows", None)
    assert verdicts(result)["service_cpu", WRITE] == "improvement"


def test_what_the_baseline_answers_wrongly_is_named_and_not_compared(tmp_path: Path) -> None:
    draws = np.random.default_rng(5)
    wrong = {"baseline": {WRITE: "KeyError: self"}, "contender": {WRITE: "KeyError: self"}}
    for number in range(1, 61):
        PairStore(tmp_path).add(line(number, **wrong), PairMeasurement(pair_rows(1.0, draws), {}))
    result = judged_on_disk(tmp_path)
    assert result.verdict == "same"
    assert WRITE not in {one.operation for one in result.judgements}
    assert [(one.operation, one.build, one.reason) for one in result.absent] == [
        (WRITE, "9.1.21", "KeyError: self")
    ]


def test_a_method_that_the_contender_does_not_have_is_named_and_not_judged(tmp_path: Path) -> None:
    draws = np.random.default_rng(5)
    no_method = "the service has no such method: HTTP status 501"
    for number in range(1, 61):
        PairStore(tmp_path).add(
            line(number, contender={WRITE: no_method}), PairMeasurement(pair_rows(1.0, draws), {})
        )
    result = judged_on_disk(tmp_path)
    assert result.verdict == "same"
    assert WRITE not in {one.operation for one in result.judgements}
    assert [(one.operation, one.build, one.reason) for one in result.absent] == [(WRITE, "9.1.22", no_method)]


def windows(directory: Path, count: int, **contender: Any) -> None:
    draws = np.random.default_rng(3)
    store = WindowStore(directory)
    changes = {"errors": 0, "first_error": None, "latency_p99_s": 0.03} | contender
    for number in range(1, count + 1):
        noisy = {"latency_p50_s": float(0.006 * np.exp(draws.normal(0, 0.02)))}
        baseline = msgspec.structs.replace(WINDOW, errors=0, first_error=None, latency_p99_s=0.03, **noisy)
        store.add(WindowPair(number, "production_mix", (baseline, msgspec.structs.replace(WINDOW, **changes))))


def of_load(directory: Path) -> ComparisonResult:
    return judged_on_disk(directory, lanes=("load",), scenarios=(SCENARIO,))


def test_a_latency_that_doubled_is_a_regression_of_its_scenario(tmp_path: Path) -> None:
    windows(tmp_path, 30, latency_p50_s=0.012)
    assert verdicts(of_load(tmp_path))["latency_p50", "production_mix"] == "regression"


def test_windows_that_the_generator_shaped_give_no_verdict(tmp_path: Path) -> None:
    windows(tmp_path, 30, latency_p50_s=0.012, bottleneck="the generator was the bottleneck")
    found = of_load(tmp_path)
    assert set(verdicts(found).values()) == {"inconclusive"}
    assert "30 of 60 windows" in str({one.reason for one in found.judgements}) or all(
        one.pairs == 0 for one in found.judgements
    )


def test_a_scenario_in_which_only_the_contender_fails_is_wrong(tmp_path: Path) -> None:
    windows(tmp_path, 10, errors=3, first_error="refused: not allowed")
    result = of_load(tmp_path)
    assert result.verdict == "wrong"
    (wrong,) = [one for one in result.judgements if one.verdict == "wrong"]
    assert wrong.reason == "30 of 1200 requests failed: refused: not allowed"


def test_a_comparison_that_was_killed_is_judged_by_what_it_left(tmp_path: Path) -> None:
    new_record(tmp_path)
    store_pairs(tmp_path, 50, ratio=1.05)
    recovered = recover_comparison(tmp_path)
    assert (recovered.status, recovered.verdict) == ("incomplete", "regression")
    assert recovered.settings.operations == OPERATIONS


def test_a_complete_comparison_stays_as_it_is(tmp_path: Path) -> None:
    record = new_record(tmp_path)
    record.update(status="complete", verdict="same")
    store_pairs(tmp_path, 50, ratio=1.05)
    assert recover_comparison(tmp_path) == record.result
