"""Whole comparisons are made until there are as many as wanted, whatever came between."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from harness.builds.environment import BuildEnvironment
from harness.errors import StackError
from harness.measure.comparison_record import ComparisonRecord
from harness.selftest import whole_comparisons
from harness.selftest.whole_comparisons import WholeComparisons, exact_settings, read_whole, whole_settings
from harness.selftest_result import SelftestSettings
from scenarios.operations import OPERATIONS
from tests.measure.pairs import READ, builds

SETTINGS = SelftestSettings("9.1.22", "S", 2, (READ, "x"), ("exact", "paired"), 600.0)
BUILD = BuildEnvironment(Path("/nowhere/bin/python"), builds()[0])


class FakeRun:
    """Ends at once; what ``failing`` names by number does not."""

    failing: frozenset[int] = frozenset()
    seeds: list[int] = []  # noqa: RUF012

    def __init__(self, _builds: Any, record: ComparisonRecord, **_options: Any) -> None:
        self._record = record

    def run(self) -> Any:
        if int(self._record.directory.name) in self.failing:
            raise StackError("no disk")
        FakeRun.seeds.append(self._record.result.settings.seed)
        self._record.update(status="complete", verdict="same", problems=())
        return self._record.result


@pytest.fixture
def compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WholeComparisons:
    monkeypatch.setattr(whole_comparisons, "ComparisonRun", FakeRun)
    monkeypatch.setattr(FakeRun, "failing", frozenset())
    monkeypatch.setattr(FakeRun, "seeds", [])
    return WholeComparisons(
        tmp_path, whole_settings(SETTINGS), stack_root=tmp_path, measured=lambda _line: None, check=lambda: None
    )


CONTENDERS = {"equal": BUILD, "slower-2": BUILD}


def counts(directory: Path) -> dict[str, int]:
    return {name: len(results) for name, results in read_whole(directory).items()}


def test_there_are_as_many_as_wanted_also_when_it_is_continued(compare: WholeComparisons, tmp_path: Path) -> None:
    assert compare.run(BUILD, CONTENDERS, {"equal": 3, "slower-2": 1}, math.inf) == 4
    assert counts(tmp_path) == {"equal": 3, "slower-2": 1}
    assert compare.run(BUILD, CONTENDERS, {"equal": 4, "slower-2": 1}, math.inf) == 1
    assert counts(tmp_path) == {"equal": 4, "slower-2": 1}
    assert len(set(FakeRun.seeds)) == 5


def test_none_begins_after_its_time(compare: WholeComparisons, tmp_path: Path) -> None:
    assert compare.run(BUILD, CONTENDERS, {"equal": 3}, 0.0) == 0
    assert counts(tmp_path) == {}


def test_one_that_fails_is_made_up_for(
    compare: WholeComparisons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeRun, "failing", frozenset({2}))
    assert compare.run(BUILD, CONTENDERS, {"equal": 3}, math.inf) == 3
    assert counts(tmp_path) == {"equal": 3}
    assert len(list(tmp_path.glob("equal/*"))) == 4


def test_a_machine_on_which_all_fail_is_not_used_for_ever(
    compare: WholeComparisons, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeRun, "failing", frozenset(range(10)))
    with pytest.raises(StackError, match="no disk"):
        compare.run(BUILD, CONTENDERS, {"equal": 1}, math.inf)


def test_a_whole_comparison_is_what_compare_does(compare: WholeComparisons) -> None:
    settings = whole_settings(SETTINGS)
    assert settings.operations == tuple(one.name for one in OPERATIONS)
    assert settings.timed == SETTINGS.operations
    assert (settings.lanes, settings.scenarios, settings.budget_s) == (("exact", "paired"), (), 600.0)
    alone = whole_settings(SelftestSettings("9.1.22", "S", 2, (READ,), ("paired", "load"), 60.0))
    assert alone.operations == alone.timed == (READ,)
    assert [one.workload for one in alone.scenarios] == ["production_mix"]
    assert exact_settings(SETTINGS).lanes == ("exact",)
    assert len(exact_settings(SETTINGS).operations) == len(OPERATIONS)
