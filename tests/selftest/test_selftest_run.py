"""Figures are made of all that is on disk, whoever measured it when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from harness.errors import BuildError, RssbenchError, SettingsError
from harness.selftest import evaluation
from harness.selftest.pool import PoolStore
from harness.selftest.record import SelftestRecord
from harness.selftest.selftest_run import SelftestRun, Wanted
from harness.selftest.slowdown import EQUAL
from harness.selftest_result import Part, SelftestResult, SelftestSettings
from harness.store import COMPARISON, SELFTEST
from tests.measure.pairs import OPERATIONS
from tests.reports.synthetic_comparison import same
from tests.selftest.made_pool import store_pool

SETTINGS = SelftestSettings("9.1.22", "S", 1, OPERATIONS, ("exact", "paired"), 600.0)


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SelftestRecord:
    """With a small pool and two whole comparisons of equal builds."""
    monkeypatch.setattr(evaluation, "POWER_TRIALS", 2)
    monkeypatch.setattr(evaluation, "COVERAGE_TRIALS", 40)
    monkeypatch.setattr(evaluation, "PEER_TRIALS", 4)
    store_pool(PoolStore(tmp_path / "pool", OPERATIONS), equal=60, slower=30)
    for number in (1, 2):
        directory = tmp_path / "comparisons" / EQUAL.name / f"{number:04d}"
        directory.mkdir(parents=True)
        COMPARISON.write(replace(same(), status="complete"), directory)
    return SelftestRecord.new(tmp_path, SETTINGS, "rssbench selftest")


def evaluated(record: SelftestRecord, *parts: Part, trials: int = 3) -> SelftestResult:
    wanted = Wanted(parts, {}, {}, trials)
    run = SelftestRun(
        record, wanted, cache_directory=record.directory, stack_root=record.directory, progress=lambda _line: None
    )
    return run.run()


def test_every_part_makes_its_figures(record: SelftestRecord) -> None:
    result = evaluated(record, "false-alarms", "power", "coverage")
    assert SELFTEST.read(record.directory) == result
    others = [one for one in result.figures if one.part != "coverage"]
    trials = {(one.part, one.source, one.share): one.rate.trials for one in others}
    assert trials == {
        ("false-alarms", "end to end", 0.0): 2,
        ("false-alarms", "pool", 0.0): 3,
        **{("power", "pool", share): 2 for share in (0.01, 0.02, 0.05, 0.10)},
    }
    found = {one.share: one.rate.found for one in result.figures if one.part == "power"}
    assert found[0.10] == found[0.05] == 2
    assert {one.source for one in result.figures if one.part == "coverage"} == {"pool", "end to end"}
    assert {arm.name: arm.pairs for arm in result.pool}["equal"] == 60
    assert {effort.what for effort in result.efforts} >= {"comparisons drawn from the pool, equal"}


def test_a_part_that_is_measured_again_replaces_only_itself(record: SelftestRecord) -> None:
    first = evaluated(record, "false-alarms", "power")
    second = evaluated(record, "false-alarms", trials=4)
    of_power = [[one for one in result.figures if one.part == "power"] for result in (first, second)]
    assert of_power[0] == of_power[1]
    drawn = [one for one in second.figures if (one.part, one.source) == ("false-alarms", "pool")]
    assert {one.rate.trials for one in drawn} == {4}


def test_the_same_seed_draws_the_same(record: SelftestRecord) -> None:
    first = evaluated(record, "power")
    again = evaluated(record, "power")
    assert [one.rate for one in first.figures] == [one.rate for one in again.figures]


def test_a_peer_that_cannot_be_installed_is_named(record: SelftestRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any) -> Path:
        raise BuildError("no index")

    monkeypatch.setattr(evaluation, "otava_python", refuse)
    result = evaluated(record, "peers")
    assert result.left_out == ("Apache Otava among the peers: no index",)
    assert {one.peer for one in result.peers} == {rule.name for rule in evaluation.RULES}


def test_what_an_interruption_leaves_is_an_effort(record: SelftestRecord) -> None:
    def interrupted() -> None:
        with record.spending("pairs", lambda _line: None) as add:
            add("one")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    (effort,) = SELFTEST.read(record.directory).efforts
    assert (effort.what, effort.added) == ("pairs", 1)
    assert effort.load_average[0] <= effort.load_average[1] <= effort.load_average[2]


def test_other_packages_are_no_continuation(record: SelftestRecord) -> None:
    baseline = same().baseline
    record.built(baseline)
    record.built(replace(baseline, name="elsewhere@main"))
    with pytest.raises(RssbenchError, match="begin a new self-test"):
        record.built(replace(baseline, environment_key="9.1.22-of-another-day"))


def test_another_machine_does_not_continue(record: SelftestRecord) -> None:
    environment = replace(record.result.environment, hostname="elsewhere")
    SELFTEST.write(replace(record.result, environment=environment), record.directory)
    with pytest.raises(SettingsError, match="the machine was elsewhere"):
        SelftestRecord.continued(record.directory, "rssbench selftest")
