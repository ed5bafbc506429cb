"""run.json is true at every moment: it says incomplete until the run has come to its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from harness.errors import RssbenchError
from harness.measure.kept_record import NOT_FINISHED
from harness.measure.run_record import RunRecord, recover_run
from harness.model import BuildIdentity, DataSet, SectionName, SectionOutcome, TrialResult, TrialStatus
from harness.store import RUN
from tests.reports.synthetic_run import (
    exact_operation,
    load_of,
    make_samples,
    operation_result,
    run_result,
    trial_result,
    write_trial,
)

BUILD = BuildIdentity("9.1.22", "9.1.22", "abc", "3.11.7", "9.1.22-abc", {"dirac": "9.1.22"})


def record_in(directory: Path) -> RunRecord:
    return RunRecord(directory, run_command="bzt taurus.yml")


def trial(status: TrialStatus = "passed", name: str = "1-select_mix") -> TrialResult:
    return trial_result(name, operation_result("ResourceStatus.select by name"), status=status)


def section(name: SectionName, problem: str | None = None) -> SectionOutcome:
    return SectionOutcome(name, "incomplete" if problem else "complete", problem, 31.0)


def test_the_record_is_there_before_anything_else_and_says_incomplete(tmp_path: Path) -> None:
    record = record_in(tmp_path)
    run = RUN.read(tmp_path)
    assert run == record.result
    assert (run.status, run.problems, run.command) == ("incomplete", (NOT_FINISHED,), "bzt taurus.yml")
    assert (run.run_id, run.trials, run.build) == (tmp_path.name, (), None)
    assert not record.finished


def test_every_step_is_on_disk_and_still_incomplete(tmp_path: Path) -> None:
    record = record_in(tmp_path)
    steps: list[tuple[Any, dict[str, Any]]] = [
        (
            lambda: record.stack_is_ready(
                BUILD,
                DataSet("S", 1, {"SiteStatus": 4}, 0.5),
                3.2,
                "10.11-MariaDB",
                "https",
                "containers",
                "docker 1",
            ),
            {"build": BUILD, "stack_ready_s": 3.2, "runtime": "containers", "engine": "docker 1"},
        ),
        (lambda: record.add_trial(trial()), {"trials": (trial(),)}),
        (lambda: record.add_trial(trial(name="2-burst")), {"trials": (trial(), trial(name="2-burst"))}),
        (lambda: record.add_exact((exact_operation("x"),)), {"exact": (exact_operation("x"),)}),
        (lambda: record.add_section(section("growth")), {"sections": (section("growth"),)}),
    ]
    for step, expected in steps:
        step()
        run = RUN.read(tmp_path)
        assert {name: getattr(run, name) for name in expected} == expected
        assert (run.status, run.problems) == ("incomplete", (NOT_FINISHED,))
    assert RUN.read(tmp_path).environment.database_version == "10.11-MariaDB"


@pytest.mark.parametrize(
    ("problem", "stopped_by", "status", "problems"),
    [
        (None, None, "passed", ()),
        ("no room", None, "failed", ("cycles: no room",)),
        ("interrupted", "interrupted", "incomplete", ("interrupted",)),
    ],
)
def test_a_section_that_could_not_be_measured_fails_the_run_with_its_reason(
    tmp_path: Path, problem: str | None, stopped_by: str | None, status: str, problems: tuple[str, ...]
) -> None:
    record = record_in(tmp_path)
    record.add_trial(trial())
    record.add_section(section("growth"))
    record.add_section(section("cycles", problem))
    finished = record.finish(stopped_by)
    assert (finished.status, finished.problems) == (status, problems)
    assert [one.status for one in finished.sections] == ["complete", "incomplete" if problem else "complete"]


@pytest.mark.parametrize(
    ("trials", "stopped_by", "status", "problems"),
    [
        (["passed", "passed"], None, "passed", ()),
        (["passed", "failed"], None, "failed", ()),
        (["passed", "incomplete"], None, "incomplete", ()),
        (["failed", "incomplete"], None, "incomplete", ()),
        (["passed"], "interrupted", "incomplete", ("interrupted",)),
        (["failed"], "interrupted", "incomplete", ("interrupted",)),
        ([], None, "failed", ("no trial was measured",)),
        ([], "the service died", "incomplete", ("the service died", "no trial was measured")),
    ],
)
def test_a_run_ends_as_its_trials_and_its_end_say(
    tmp_path: Path, trials: list[TrialStatus], stopped_by: str | None, status: str, problems: tuple[str, ...]
) -> None:
    record = record_in(tmp_path)
    for place, one in enumerate(trials):
        record.add_trial(trial(one, f"{place + 1}-select_mix"))
    finished = record.finish(stopped_by)
    assert (finished.status, finished.problems) == (status, problems)
    assert RUN.read(tmp_path) == finished
    assert finished.duration_s > 0
    assert record.finished


def test_a_full_disk_is_named_and_the_last_record_stays(tmp_path: Path) -> None:
    record = record_in(tmp_path)
    record.add_trial(trial())
    (tmp_path / "run.json.tmp").symlink_to("/dev/full")
    with pytest.raises(RssbenchError, match=r"cannot write .*run\.json: No space left on device"):
        record.add_trial(trial(name="2-burst"))
    assert [one.name for one in RUN.read(tmp_path).trials] == ["1-select_mix"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RssbenchError, match=r"cannot write .*/gone/run\.json: No such file or directory"):
        record_in(tmp_path / "gone")


def test_samples_of_a_killed_run_are_recovered_as_incomplete_trials(tmp_path: Path) -> None:
    samples = make_samples(2, 900)
    RUN.write(run_result(trial(), status="incomplete", problems=(NOT_FINISHED,)), tmp_path)
    for name in ("1-select_mix", "2-update_mix"):
        write_trial(tmp_path, name, samples, load_of(samples))
    run = recover_run(tmp_path)
    assert [(one.name, one.status) for one in run.trials] == [
        ("1-select_mix", "passed"),
        ("2-update_mix", "incomplete"),
    ]
    assert run.trials[1].problems[0] == NOT_FINISHED
    assert 0 < run.trials[1].requests <= 900
    assert run.trials[1].audit is None


@pytest.mark.parametrize("files", [["plan.json"], ["plan.json", "operations.json"], ["samples-0.bin"], []])
def test_a_trial_that_was_killed_before_it_wrote_its_files_does_not_hide_the_others(
    tmp_path: Path, files: list[str]
) -> None:
    RUN.write(run_result(trial(), status="incomplete"), tmp_path)
    samples = make_samples(2, 100)
    begun = write_trial(tmp_path, "2-update_mix", samples, load_of(samples))
    for file in begun.iterdir():
        if file.name not in files:
            file.unlink()
    assert recover_run(tmp_path).trials[0] == trial()


def test_a_torn_last_sample_is_left_out(tmp_path: Path) -> None:
    samples = make_samples(1, 400)
    RUN.write(run_result(status="incomplete"), tmp_path)
    directory = write_trial(tmp_path, "1-select_mix", samples, load_of(samples), workers=1)
    file = directory / "samples-0.bin"
    file.write_bytes(file.read_bytes()[:-7])
    [recovered] = recover_run(tmp_path).trials
    due_s = (np.sort(samples["due_ns"])[:-1] - samples["due_ns"].min()) / 1e9
    assert recovered.requests == int((due_s >= 1.0).sum())


def test_a_run_with_all_its_trials_is_answered_as_it_is(tmp_path: Path) -> None:
    run = run_result(trial())
    RUN.write(run, tmp_path)
    assert recover_run(tmp_path) == run


def test_no_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RssbenchError, match="there is no run to read"):
        recover_run(tmp_path)


def test_recovering_writes_nothing(tmp_path: Path) -> None:
    samples = make_samples(1, 100)
    RUN.write(run_result(status="incomplete"), tmp_path)
    write_trial(tmp_path, "1-select_mix", samples, load_of(samples))
    before = (tmp_path / "run.json").read_bytes()
    assert len(recover_run(tmp_path).trials) == 1
    assert (tmp_path / "run.json").read_bytes() == before
    assert msgspec.json.decode(before)["trials"] == []
