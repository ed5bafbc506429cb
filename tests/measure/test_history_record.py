"""history.json is there from the start and judged anew with every build; only an equal history goes on with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from harness.errors import RssbenchError, SettingsError
from harness.history import HistoryBuild, HistoryResult
from harness.measure.history_record import HistoryRecord, recover_history
from harness.provenance import describe_environment
from harness.store import HISTORY
from tests.reports.synthetic_history import READ, five_builds, history, history_build, reference_build


def new_record(directory: Path) -> HistoryRecord:
    """Of two builds, of which nothing is measured yet."""
    builds = [measured_nothing("9.0.28"), measured_nothing("9.1.22")]
    settings = history(reference_build()).settings
    return HistoryRecord.new(directory, command="rssbench history", settings=settings, builds=builds)


def of_this_machine(result: HistoryResult) -> HistoryResult:
    return replace(result, environment=describe_environment(""))


def measured_nothing(name: str, **changes: Any) -> HistoryBuild:
    nothing: dict[str, Any] = {"finished": False, "counted": (), "evaluations": ()}
    return reference_build(name, **nothing | changes)


def test_a_new_one_says_that_it_is_not_finished(tmp_path: Path) -> None:
    record = new_record(tmp_path)
    assert HISTORY.read(tmp_path) == record.result
    assert (record.result.status, record.result.verdict) == ("incomplete", "inconclusive")
    assert record.result.problems
    assert all(build.missing for build in record.result.builds)


def test_changes_and_verdict_are_those_of_all_that_is_measured(tmp_path: Path) -> None:
    record = new_record(tmp_path)
    record.put(reference_build())
    assert (record.result.changes, record.result.verdict) == ((), "inconclusive")
    record.put(history_build("9.0.28", read=0.8))
    assert [(one.operation, one.worse) for one in HISTORY.read(tmp_path).changes] == [(READ, True)]
    assert HISTORY.read(tmp_path).verdict == "regression"


def test_one_that_was_killed_is_judged_by_what_it_kept(tmp_path: Path) -> None:
    result = five_builds()
    HISTORY.write(replace(result, changes=(), trends=(), verdict="inconclusive"), tmp_path)
    assert recover_history(tmp_path) == result


def test_what_is_finished_stays_and_what_was_missing_is_tried_again(tmp_path: Path) -> None:
    result = replace(five_builds(), status="incomplete", problems=("interrupted",), duration_s=500.0)
    HISTORY.write(of_this_machine(result), tmp_path)
    now = [replace(build, judgements=(), problems=()) for build in result.builds]
    now[1] = measured_nothing("7.3.38")
    record = HistoryRecord.continued(tmp_path, budget_s=60.0, builds=now)
    assert record.result.builds[0] == result.builds[0]
    assert record.result.builds[1] == now[1]
    assert record.result.duration_s >= 500.0
    assert record.result.settings.budget_s == 60.0


def test_what_is_not_as_it_was_is_refused_by_name(tmp_path: Path) -> None:
    result = history(history_build("9.0.28"), reference_build())
    HISTORY.write(replace(result, environment=replace(result.environment, hostname="another")), tmp_path)
    assert result.builds[0].identity
    other = replace(result.builds[0].identity, environment_key="key-other")
    with pytest.raises(SettingsError) as refused:
        HistoryRecord.continued(
            tmp_path, budget_s=60.0, builds=[replace(result.builds[0], identity=other), result.builds[1]]
        )
    assert "the machine was another (" in refused.value.mistakes[0]
    assert "9.0.28 was key-9.0.28, now it is key-other" in refused.value.mistakes[1]


def test_a_build_that_was_measured_and_now_does_not_install_is_said(tmp_path: Path) -> None:
    result = history(history_build("9.0.28"), reference_build())
    HISTORY.write(of_this_machine(result), tmp_path)
    gone = HistoryBuild("9.0.28", problems=("does not install: no such release",))
    with pytest.raises(RssbenchError, match=r"9\.0\.28 was measured before, but now it does not install"):
        HistoryRecord.continued(tmp_path, budget_s=60.0, builds=[gone, result.builds[1]])


def test_there_must_be_one_to_go_on_with(tmp_path: Path) -> None:
    with pytest.raises(RssbenchError, match="no history to read"):
        HistoryRecord.continued(tmp_path, budget_s=60.0, builds=[])
