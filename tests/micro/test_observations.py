"""From pairs of files to questions, judgements, and what could not be measured."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.compare.verdict import conclude
from harness.comparison import AbsentOperation, Question
from harness.errors import RssbenchError
from harness.micro.observations import MicroObservations
from tests.micro.files import file

NAMES = [f"bench_{letter}" for letter in "abcdefgh"]


def observed(ratios: dict[str, float], pairs: int = 20, noise: float = 0.005) -> MicroObservations:
    draws = np.random.default_rng(1)
    observations = MicroObservations()
    for _ in range(pairs):
        baseline = dict.fromkeys(NAMES, 1e-3)
        contender = {
            name: value * ratios.get(name, 1.0) * math.exp(draws.normal(0, noise))
            for name, value in baseline.items()
        }
        observations.add(file(baseline), file(contender))
    return observations


def test_a_slower_benchmark_is_found_and_the_others_are_the_same() -> None:
    verdicts = {one.operation: one.verdict for one in observed({"bench_c": 1.05}).judgements()}
    assert verdicts == {None: "same", **dict.fromkeys(NAMES, "same"), "bench_c": "regression"}


def test_what_is_slower_everywhere_is_found_in_all_together() -> None:
    together = observed(dict.fromkeys(NAMES, 1.03)).judgements()[0]
    assert together.operation is None
    assert together.verdict == "regression"
    assert together.effect_ratio == pytest.approx(1.03, abs=0.005)


def test_equal_sides_are_the_same_and_few_pairs_decide_nothing() -> None:
    assert {one.verdict for one in observed({}).judgements()} == {"same"}
    assert {one.verdict for one in observed({"bench_c": 2.0}, pairs=5).judgements()} == {"inconclusive"}


def test_a_benchmark_alone_is_asked_about_once() -> None:
    observations = MicroObservations()
    observations.add(file({"a": 1.0}), file({"a": 2.0}))
    assert list(observations.series()) == [Question("micro", "benchmark_cpu", None)]


def test_a_value_that_is_missing_in_a_later_pair_leaves_a_gap() -> None:
    observations = MicroObservations()
    observations.add(file({"a": 1.0, "b": 1.0}), file({"a": 1.0, "b": 1.0}))
    observations.add(file({"a": 1.0, "b": 1.0}), file({"a": 1.0}))
    series = observations.series()
    assert len(series[Question("micro", "benchmark_cpu", "b")].complete()) == 1
    assert len(series[Question("micro", "benchmark_cpu", "a")].complete()) == 2


def test_what_a_release_lacks_is_absent_and_named_with_its_build() -> None:
    observations = MicroObservations()
    for _ in range(2):
        observations.add(
            file({"a": 1.0, "only": 1.0}, absent={"gone": "no table Gone"}),
            file({"a": 1.0}, absent={"gone": "no table Gone"}),
        )
    assert observations.absent(("9.0.0", "9.1.0")) == (
        AbsentOperation("gone", "9.0.0", "no table Gone"),
        AbsentOperation("gone", "9.1.0", "no table Gone"),
        AbsentOperation("only", "9.1.0", "not among its benchmarks"),
    )


def test_what_fails_on_the_contender_alone_is_wrong_and_what_fails_on_the_baseline_is_absent() -> None:
    observations = MicroObservations()
    observations.add(
        file({"a": 1.0, "b": 1.0}, failed={"c": "no rows"}),
        file({"a": 1.0}, failed={"b": "assert 1 == 2", "c": "no rows"}),
    )
    (wrong,) = [one for one in observations.judgements() if one.verdict == "wrong"]
    assert (wrong.operation, wrong.reason) == ("b", "assert 1 == 2")
    assert observations.absent(("old", "new")) == (AbsentOperation("c", "old", "no rows"),)


def test_what_failed_once_is_wrong_whatever_was_measured_of_it() -> None:
    observations = MicroObservations()
    observations.add(file({"a": 1.0, "b": 1.0}), file({"a": 1.0, "b": 1.0}))
    observations.add(file({"a": 1.0, "b": 1.0}), file({"a": 1.0}, failed={"b": "it broke"}))
    assert [one.verdict for one in observations.judgements() if one.operation == "b"] == ["wrong"]


def test_wall_times_are_estimated_beside_it() -> None:
    wall = {one.benchmark: one for one in observed({"bench_c": 1.05}).wall_times()}["bench_c"]
    assert wall.baseline_s == pytest.approx(2e-3)
    assert wall.effect_ratio == pytest.approx(1.05, abs=0.01)
    assert wall.interval_ratio
    assert wall.interval_ratio[0] < wall.effect_ratio < wall.interval_ratio[1]


def test_a_contender_that_does_nothing_right_is_wrong_and_not_refused() -> None:
    observations = MicroObservations()
    observations.add(file({"a": 1.0}), file({}, failed={"a": "it broke"}))
    assert conclude(observations.judgements()).verdict == "wrong"
    assert observations.summary() == "no figure"


def test_sides_that_measured_something_else_are_refused() -> None:
    with pytest.raises(RssbenchError, match="no benchmark in common"):
        MicroObservations().add(file({"a": 1.0}), file({"b": 1.0}))
    with pytest.raises(RssbenchError, match=r"in common\. a: no table"):
        MicroObservations().add(file({}, absent={"a": "no table"}), file({}))
    with pytest.raises(RssbenchError, match="CPU time and some wall time"):
        MicroObservations().add(file({"a": 1.0}), file({"a": 1.0}, metric="benchmark_time"))
