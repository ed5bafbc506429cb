"""Samples on disk: what was recorded, when it is there, and what happens when it cannot be written."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from scenarios.outcomes import MESSAGE_LIMIT, OutcomeCount, read_outcomes
from scenarios.recorder import Recorder
from scenarios.samples import SAMPLE, SAMPLE_FIELDS, Outcome


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path, 3, ["select", "insert"])


def rows(folder: Path) -> list[tuple[int, ...]]:
    return [tuple(row) for row in np.fromfile(folder / "samples-3.bin", dtype=SAMPLE_FIELDS).tolist()]


def test_a_sample_is_read_back_as_it_was_recorded(recorder: Recorder, tmp_path: Path) -> None:
    recorder.record(2**63, 2**63 + 1, 2**63 + 2, 2**31, 0xFFFFFFFF, 1, Outcome.unsent, 15, "too late")
    recorder.close()
    assert rows(tmp_path) == [(2**63, 2**63 + 1, 2**63 + 2, 2**31, 0xFFFFFFFF, 1, Outcome.unsent, 3, 15)]


def test_samples_are_on_disk_after_a_flush_and_not_before(recorder: Recorder, tmp_path: Path) -> None:
    for sequence in range(100):
        recorder.record(1, 2, 3, 4, sequence, 0, Outcome.ok, 1)
    assert rows(tmp_path) == []
    recorder.flush()
    assert [row[4] for row in rows(tmp_path)] == list(range(100))
    recorder.close()


def test_outcomes_are_counted_with_the_first_message_of_each(recorder: Recorder, tmp_path: Path) -> None:
    for operation, outcome, message in [
        (0, Outcome.ok, ""),
        (0, Outcome.ok, ""),
        (0, Outcome.refused, "first"),
        (0, Outcome.refused, "second"),
        (1, Outcome.timeout, "x" * 10_000),
    ]:
        recorder.record(1, 2, 3, 4, 5, operation, outcome, 1, message)
    recorder.flush()
    assert read_outcomes(tmp_path / "outcomes-3.json") == {
        "select": {"ok": OutcomeCount(2, ""), "refused": OutcomeCount(2, "first")},
        "insert": {"timeout": OutcomeCount(1, "x" * MESSAGE_LIMIT)},
    }
    recorder.close()


def test_a_worker_that_sent_nothing_leaves_empty_files(recorder: Recorder, tmp_path: Path) -> None:
    recorder.close()
    assert rows(tmp_path) == []
    assert read_outcomes(tmp_path / "outcomes-3.json") == {}


def test_a_full_disk_keeps_whole_rows_and_is_an_error(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, real_write = [SAMPLE.size + 7, 0], os.write

    def write(descriptor: int, content: bytes) -> int:
        if not (taken := min(room.pop(0), len(content))):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_write(descriptor, content[:taken])

    for sequence in range(3):
        recorder.record(1, 2, 3, 4, sequence, 0, Outcome.ok, 1)
    with monkeypatch.context() as patched:
        patched.setattr("os.write", write)
        with pytest.raises(OSError, match="No space left"):
            recorder.flush()
    recorder.close()
    assert [row[4] for row in rows(tmp_path)] == [0, 1, 2], "what did not fit is written once there is room"
