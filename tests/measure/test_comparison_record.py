"""comparison.json is there from the start, and only an equal comparison goes on with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from harness.errors import RssbenchError, SettingsError
from harness.measure.comparison_record import ComparisonRecord
from harness.model import DataSet
from harness.store import COMPARISON

from .pairs import builds, comparison_settings, new_record

DATA_SET = DataSet("S", 1, {"ResourceStatus": 53, "SiteStatus": 15}, 0.4)


def continued(directory: Path, *, contender: str | None = None, **settings: Any) -> ComparisonRecord:
    baseline, other = builds()
    other = replace(other, environment_key=contender) if contender else other
    return ComparisonRecord.continued(
        directory, settings=comparison_settings(**settings), builds=(baseline, other)
    )


def test_a_new_one_says_that_it_is_not_finished(tmp_path: Path) -> None:
    record = new_record(tmp_path)
    assert COMPARISON.read(tmp_path) == record.result
    assert (record.result.status, record.result.verdict) == ("incomplete", "inconclusive")
    assert record.result.problems


def test_every_update_is_on_disk(tmp_path: Path) -> None:
    record = new_record(tmp_path)
    record.update(status="complete", problems=())
    assert COMPARISON.read(tmp_path).status == "complete"


def test_it_goes_on_with_another_budget_and_keeps_the_time_spent(tmp_path: Path) -> None:
    record = new_record(tmp_path)
    COMPARISON.write(replace(record.result, duration_s=100.0), tmp_path)
    result = continued(tmp_path, budget_s=300.0).result
    assert result.settings.budget_s == 300.0
    assert result.duration_s >= 100.0


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"profile": "M"}, "profile was S, now it is M"),
        ({"seed": 2}, "seed was 1, now it is 2"),
        ({"lanes": ("exact",)}, "lanes was"),
        ({"operations": ()}, "operations was"),
        ({"contender": "another"}, "contender was"),
    ],
)
def test_what_is_not_as_it_was_is_refused_by_name(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    new_record(tmp_path)
    with pytest.raises(SettingsError, match=named):
        continued(tmp_path, **changes)


def test_all_differences_are_said_at_once(tmp_path: Path) -> None:
    new_record(tmp_path)
    with pytest.raises(SettingsError) as refused:
        continued(tmp_path, profile="M", seed=2)
    assert len(refused.value.mistakes) == 2


def test_pairs_of_another_data_set_are_not_added_to(tmp_path: Path) -> None:
    new_record(tmp_path).data_set_is_loaded(DATA_SET, "10.11")
    again = continued(tmp_path)
    again.data_set_is_loaded(replace(DATA_SET, load_s=0.9), "10.11")
    with pytest.raises(RssbenchError, match="not that of the pairs measured before"):
        again.data_set_is_loaded(replace(DATA_SET, rows={"ResourceStatus": 54}), "10.11")


def test_there_must_be_one_to_go_on_with(tmp_path: Path) -> None:
    with pytest.raises(RssbenchError, match="no comparison to read"):
        continued(tmp_path)
