"""What is put together of one build and of two; the parts are measured elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.builds.environment import BuildEnvironment
from harness.counted import ExactOperation
from harness.errors import StackError
from harness.measure import policy_run
from harness.measure.evaluation_costs import Case, RoundCost, Rounds
from harness.measure.measurement_record import Place
from harness.measure.policy_run import PolicyRun, PolicySettings
from harness.model import BuildIdentity, DataSet
from harness.policy_costs import CountedEvaluation, PoliciesResult
from harness.store import POLICIES

#: Statements of an evaluation and CPU of the agent in ms, by build.
STATEMENTS, AGENT_MS = {"8.0.86": 48, "9.1.22": 60}, {"8.0.86": 300, "9.1.22": 270}


def build(name: str) -> BuildEnvironment:
    return BuildEnvironment(Path("/python"), BuildIdentity(name, name, "today", "3.11", "key", {}))


def counted(bench: Any) -> tuple[CountedEvaluation, ...]:
    name = bench.build.identity.name
    operation = ExactOperation("StorageElement, all", (), STATEMENTS[name], 0, 0, 0, 0)
    return (CountedEvaluation("StorageElement", "all", operation, "Active", {}, 1),)


@pytest.fixture
def up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nothing is started; the builds whose stacks are up stand in the list."""
    up: list[str] = []

    @contextmanager
    def bench(build: BuildEnvironment, **given: Any) -> Iterator[Any]:
        up.append(build.identity.name)
        stack = SimpleNamespace(data_set=DataSet("S", 1, {}, 1.0), database_version="10.11")
        try:
            yield SimpleNamespace(build=build, stack=stack, given=given)
        finally:
            up.remove(build.identity.name)

    def timed(benches: Any, rounds: int, _seed: int, _choices: Any) -> Rounds:
        assert up == [bench.build.identity.name for bench in benches], "all sides are up at once"
        return {
            Case(side, "StorageElement", "Active"): [
                RoundCost(AGENT_MS[bench.build.identity.name] * 1_000_000, 1, 1, 1, 1)
            ]
            * rounds
            for side, bench in enumerate(benches)
        }

    monkeypatch.setattr(policy_run, "policy_bench", bench)
    monkeypatch.setattr(policy_run, "time_evaluations", timed)
    monkeypatch.setattr(policy_run, "count_evaluations", counted)
    for name in ("webhook_cases", "mail_rounds"):
        monkeypatch.setattr(policy_run, name, lambda _bench: [])
    monkeypatch.setattr(policy_run, "inspector_rates", lambda _bench, _elements: [])
    return up


@pytest.fixture
def measured(tmp_path: Path, lines: list[str]) -> Callable[..., PoliciesResult]:
    """What was measured of these builds, whether or not it came to its end."""

    def measure(*names: str) -> PoliciesResult:
        place = Place(tmp_path, "rssbench policies", Path("/stacks"), lines.append)
        run = PolicyRun([build(name) for name in names], PolicySettings("S", 1, "https", 6, 16, 2.0), place)
        with contextlib.suppress(StackError, KeyboardInterrupt):
            assert run.measure() == POLICIES.read(tmp_path)
        return POLICIES.read(tmp_path)

    return measure


@pytest.fixture
def lines() -> list[str]:
    return []


def test_one_build_is_measured_by_itself(
    up: list[str], measured: Callable[..., PoliciesResult], lines: list[str]
) -> None:
    result = measured("9.1.22")
    (costs,) = result.builds
    assert (result.status, result.change, costs.build.name) == ("complete", None, "9.1.22")
    assert costs.front_door == "https"
    assert costs.evaluations[0].counted.rows_examined == 60
    assert [one.agent_cpu_s for one in costs.costs] == [0.27]
    assert lines[0] == "timing 6 rounds of evaluations"
    assert up == []


def test_two_builds_keep_their_sides(up: list[str], measured: Callable[..., PoliciesResult]) -> None:
    result = measured("8.0.86", "9.1.22")
    assert [one.build.name for one in result.builds] == ["8.0.86", "9.1.22"]
    assert [one.costs[0].agent_cpu_s for one in result.builds] == [0.3, 0.27]
    assert result.change
    (change,) = result.change.exact
    assert (change.operation, change.verdict) == ("StorageElement, all", "regression")
    assert (change.counters[0].baseline, change.counters[0].contender) == (48, 60)
    assert {one.part: one.effect_ratio for one in result.change.cpu}["agent"] == pytest.approx(0.9)
    assert up == []


def test_what_fails_in_one_build_is_named_with_it(
    up: list[str], measured: Callable[..., PoliciesResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_in_the_first(bench: Any) -> tuple[CountedEvaluation, ...]:
        (one,) = counted(bench)
        if bench.build.identity.name == "9.1.22":
            return (one,)
        operation = ExactOperation("StorageElement, all", (), 0, 0, 0, 0, 0, problem="KeyError: 0")
        return (CountedEvaluation("StorageElement", "all", operation, None, {}, 0),)

    monkeypatch.setattr(policy_run, "count_evaluations", fails_in_the_first)
    change = measured("8.0.86", "9.1.22").change
    assert change
    assert change.exact == ()
    assert [(one.build, one.reason) for one in change.absent] == [("8.0.86", "KeyError: 0")]


@pytest.mark.parametrize(
    ("part", "there"),
    [
        ("time_evaluations", ()),
        ("count_evaluations", ("costs",)),
        ("webhook_cases", ("costs", "evaluations")),
    ],
)
@pytest.mark.parametrize(
    ("ends", "why"),
    [(StackError("the service was killed"), "the service was killed"), (KeyboardInterrupt(), "interrupted")],
)
def test_an_end_before_its_time_ends_both_stacks_and_keeps_the_parts_before(
    up: list[str],
    measured: Callable[..., PoliciesResult],
    monkeypatch: pytest.MonkeyPatch,
    *,
    part: str,
    there: tuple[str, ...],
    ends: BaseException,
    why: str,
) -> None:
    def dies(*_arguments: Any) -> None:
        raise ends

    monkeypatch.setattr(policy_run, part, dies)
    result = measured("8.0.86", "9.1.22")
    assert up == []
    assert (result.status, result.problems) == ("incomplete", (why,))
    kept = {name for one in result.builds[:1] for name in ("costs", "evaluations", "mail") if getattr(one, name)}
    assert kept == set(there)
