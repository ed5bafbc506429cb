"""``rssbench history``: what it refuses, what it prints, how it ends, goes on and is shown again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from harness import cli, cli_history
from harness.errors import BuildError
from harness.history import HistoryBuild, HistoryResult
from harness.measure.history_record import HistoryRecord
from harness.store import COMPARISON, HISTORY
from reports.history_formats import HISTORY_FORMATS
from tests.dirac_sources import git, make_small_clone
from tests.reports.synthetic_comparison import build, comparison
from tests.reports.synthetic_history import READ, five_builds, history, history_build, reference_build

RSSBENCH = Path(sys.executable).with_name("rssbench")


def rssbench(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments)


@pytest.fixture
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        pytest.fail("something was started")

    monkeypatch.setattr(cli_history, "prepare_build", refuse)


@pytest.mark.usefixtures("nothing_starts")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "a history has two builds or more, the oldest first"),
        (("9.1.22",), "a history has two builds or more"),
        (("9.1.21", "9.1.22", "9.1.21"), "named twice: 9.1.21"),
        (("9.1.21", "nine"), "build 'nine': not a release of DIRAC, nor a folder"),
        (("9.1.21", "9.1.22", "--budget", "soon"), "--budget: 'soon' is not allowed"),
        (("9.1.21", "9.1.22", "--reference", "8.0.86"), "--reference: '8.0.86' is not among the builds; allowed:"),
        (("9.1.21", "9.1.22", "--operation", "ResourceStatus.select by nam"), f"did you mean '{READ}'?"),
        (("7.3.38", "9.1.22", "--front-door", "https"), "--front-door: DIRAC 7.3.38 has no front door https"),
        (("9.1.21", "--range", "a..b"), "builds are named, or they are the commits of --clone PATH --range A..B"),
        (("--every", "3"), "builds are named, or they are the commits of --clone PATH --range A..B"),
        (("--clone", "nowhere", "--range", "a..b"), "Directory 'nowhere' does not exist"),
        (
            ("9.1.21", "--resume", "there"),
            "--resume: builds, reference, parts, operations and front door are those of the",
        ),
        (("9.1.21", "9.1.22", "--format", "junit"), "'junit' is not one of 'text', 'markdown', 'json'"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_starts(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    refused = rssbench("history", *arguments, "--results", str(tmp_path / "results"))
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert refused.stdout == ""
    assert not (tmp_path / "results").exists()


@pytest.mark.usefixtures("nothing_starts")
def test_a_range_with_no_builds_is_said_before_anything_starts(tmp_path: Path) -> None:
    clone = make_small_clone(tmp_path / "DIRAC")
    (clone / "README.rst").write_text("more")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message=second")
    for span, said in (
        ("v9.1.22..main", "of the 1 commits in v9.1.22..main none touches the RSS"),
        ("main..v9.1.22", "there is no commit in main..v9.1.22"),
        ("v9.1.22", "range 'v9.1.22' is not allowed"),
        ("v9.1.22..later", "no commit, tag or branch 'later'"),
    ):
        refused = rssbench("history", "--clone", str(clone), "--range", span)
        assert refused.exit_code == 2
        assert said in refused.stderr


def test_a_build_that_does_not_install_is_left_out_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(name: str, *_rest: object) -> object:
        if name == "8.0.86":
            raise BuildError("step 'packages' failed")
        return type("Prepared", (), {"identity": build(name)})

    monkeypatch.setattr(cli_history, "prepare_build", prepare)
    named = [cli_history.NamedBuild(name) for name in ("7.3.38", "8.0.86", "9.1.22")]
    environments, listed = cli_history._prepared(named, "9.1.22")
    assert list(environments) == ["7.3.38", "9.1.22"]
    assert [one.problems for one in listed] == [(), ("does not install: step 'packages' failed",), ()]
    with pytest.raises(BuildError, match="step 'packages' failed"):
        cli_history._prepared(named, "8.0.86")


def test_there_must_be_something_to_resume(tmp_path: Path) -> None:
    refused = rssbench("history", "--resume", "yesterday", "--results", str(tmp_path))
    assert refused.exit_code == 4
    assert "there is no history to read in" in refused.stderr


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (history(history_build("9.0.28"), reference_build()), 0),
        (history(history_build("9.0.28", read=1.3), reference_build()), 0),
        (five_builds(), 1),
        (history(HistoryBuild("9.0.28", problems=("does not start",)), reference_build()), 3),
        (replace(five_builds(), status="incomplete", problems=("interrupted",)), 4),
    ],
)
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_the_exit_code_is_the_verdict_and_stdout_the_result_alone(
    result: HistoryResult, code: int, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(result, tmp_path)
    record = HistoryRecord(tmp_path, result)
    monkeypatch.setattr(cli_history, "_resumed", lambda *_arguments: ({}, record))
    monkeypatch.setattr(cli_history, "_measure", lambda *_arguments: result)
    shown = rssbench("history", "--resume", str(tmp_path), "--format", form)
    assert shown.exit_code == code, shown.stderr
    assert shown.stdout == HISTORY_FORMATS[form](result) + "\n"
    assert (tmp_path / "report.html").exists()


def test_the_report_of_a_history_is_rebuilt_with_those_of_its_comparisons(tmp_path: Path) -> None:
    result = five_builds()
    store(replace(result, changes=(), trends=(), verdict="inconclusive"), tmp_path)
    shown = rssbench("report", str(tmp_path))
    assert shown.exit_code == 0, shown.stderr
    assert shown.stdout == HISTORY_FORMATS["text"](result) + "\n"
    assert HISTORY.read(tmp_path) == result, "judged anew"
    assert (tmp_path / "comparisons/001-8.0.86/report.html").exists()


def store(result: HistoryResult, directory: Path) -> None:
    """With the comparisons that it was taken from."""
    HISTORY.write(result, directory)
    for one in result.builds:
        for part in one.parts:
            (directory / part).mkdir(parents=True)
            COMPARISON.write(comparison(), directory / part)


@pytest.fixture
def environment(bzt_stack_root: Path) -> Iterator[dict[str, str]]:
    yield os.environ | {"RSSBENCH_STACK_FOLDER": str(bzt_stack_root)}
    assert not [path for path in bzt_stack_root.iterdir() if path.name.startswith("stack-") and path.is_dir()]


@pytest.mark.timeout(900)  # a minute on a machine with nothing else to do
@pytest.mark.stack
def test_two_releases_have_a_history_that_goes_on_after_ctrl_c(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """The engine that commands open from 9.1 on is found because it is counted."""
    arguments = ["history", "8.0.86", "9.1.22", "--profile", "S", "--operation", READ, "--results", str(tmp_path)]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background ignores it
    with subprocess.Popen(
        [RSSBENCH, *arguments, "--budget", "90s"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        for line in process.stderr:
            if line.startswith("paired lane"):
                process.send_signal(signal.SIGINT)
                break
        _, rest = process.communicate(timeout=200)
    assert process.returncode == 4, rest
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    assert HISTORY.read(folder).status == "incomplete"

    resumed = subprocess.run(
        [RSSBENCH, "history", "--resume", folder, "--budget", "30s", "--format", "json"],
        env=environment,
        capture_output=True,
        timeout=400,
        check=False,
    )
    assert resumed.returncode == 1, resumed.stderr
    assert b"counting evaluations" not in resumed.stderr, "that was measured before"
    result = msgspec.json.decode(resumed.stdout, type=HistoryResult)
    assert result == HISTORY.read(folder)
    older, newer = result.builds
    assert (older.finished, newer.finished, result.status) == (True, True, "complete")
    assert [one.operation for one in older.counted] == [one.operation for one in newer.counted] == [READ]
    assert {one.metric for one in older.judgements} >= {"service_cpu", "database_cpu", "service_time"}
    assert older.parts == ("look-ups/001-8.0.86", "comparisons/001-8.0.86")
    found = {(one.operation, one.metric): one.counts for one in result.changes if one.lane == "evaluations"}
    assert found["StorageElement, none", "connections"] == found["StorageElement, Active", "connections"] == (0, 1)
    assert "Every operation" in (folder / "report.html").read_text()
    assert (folder / older.parts[-1] / "report.html").exists()
