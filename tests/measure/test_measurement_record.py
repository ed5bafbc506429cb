"""A measurement is on disk from its start, and says how it ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cycles import CyclesResult
from harness.errors import RssbenchError
from harness.measure.kept_record import NOT_FINISHED
from harness.measure.measurement_record import MeasurementRecord, Place
from harness.store import CYCLES
from tests.reports.synthetic_cycles import build_cycles, measured


@pytest.fixture
def record(tmp_path: Path) -> MeasurementRecord[CyclesResult]:
    place = Place(tmp_path, "rssbench cycles", Path("/stacks"), print)
    return MeasurementRecord(CYCLES, place, profile="S", seed=1, repetitions=1, builds=())


def test_it_is_there_from_the_start_and_incomplete(
    record: MeasurementRecord[CyclesResult], tmp_path: Path
) -> None:
    stored = CYCLES.read(tmp_path)
    assert stored == record.result
    assert (stored.status, stored.problems, stored.builds) == ("incomplete", (NOT_FINISHED,), ())
    assert (stored.run_id, stored.command) == (tmp_path.name, "rssbench cycles")


def test_what_is_kept_is_on_disk_at_once(record: MeasurementRecord[CyclesResult], tmp_path: Path) -> None:
    builds = (build_cycles("9.1.22", token=measured(1.0)),)
    record.update(builds=builds)
    record.keep_database_version("10.11")
    stored = CYCLES.read(tmp_path)
    assert (stored.builds, stored.environment.database_version) == (builds, "10.11")
    assert stored.status == "incomplete"
    assert stored.duration_s > 0


def test_it_says_how_it_ended(record: MeasurementRecord[CyclesResult], tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), record:
        raise KeyboardInterrupt
    assert CYCLES.read(tmp_path).problems == ("interrupted",)


def test_a_folder_that_takes_nothing_is_named(tmp_path: Path) -> None:
    place = Place(tmp_path / "nowhere", "rssbench cycles", Path("/stacks"), print)
    with pytest.raises(RssbenchError, match=r"cannot write .*nowhere/cycles\.json"):
        MeasurementRecord(CYCLES, place, profile="S", seed=1, repetitions=1, builds=())
