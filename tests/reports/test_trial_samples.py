from pathlib import Path

import pytest

from harness.errors import RssbenchError
from reports.trial_samples import read_trial_samples
from tests.reports.synthetic_run import NAMES, load_of, make_samples, write_trial

SAMPLES = make_samples(3, 4_000)


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    return write_trial(tmp_path, "1-mix", SAMPLES, load_of(SAMPLES))


def test_the_samples_of_all_workers_are_one_frame_with_its_window(trial: Path) -> None:
    read = read_trial_samples(trial, complete=True)
    assert len(read.frame) == 4_000
    assert (read.window_begin_s, read.window_end_s) == pytest.approx((1.0, 19.995))
    assert set(read.frame["operation"]) == set(NAMES[:3])


def test_half_a_row_of_a_killed_worker_is_left_out(trial: Path) -> None:
    file = trial / "samples-0.bin"
    file.write_bytes(file.read_bytes()[:-7])
    assert len(read_trial_samples(trial, complete=False).frame) == 3_999


@pytest.mark.parametrize("missing", ["plan.json", "operations.json", "start"])
def test_a_missing_file_is_named_as_a_missing_trial(trial: Path, missing: str) -> None:
    (trial / missing).unlink()
    with pytest.raises(RssbenchError, match="1-mix"):
        read_trial_samples(trial, complete=True)


def test_a_trial_without_samples_is_said_to_have_none(trial: Path) -> None:
    for file in trial.glob("samples-*.bin"):
        file.write_bytes(b"")
    with pytest.raises(RssbenchError, match="has no samples"):
        read_trial_samples(trial, complete=True)


def test_samples_of_an_unknown_operation_are_refused(trial: Path) -> None:
    (trial / "operations.json").write_text('["only one"]')
    with pytest.raises(RssbenchError, match="operation without a name"):
        read_trial_samples(trial, complete=True)
