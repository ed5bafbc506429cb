"""`rssbench compare`: what it refuses, what it prints, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from harness import cli, cli_compare
from harness.comparison import ComparisonResult
from harness.index.address import local_url
from harness.index.database import opened_index
from harness.index.listing import list_runs
from harness.store import COMPARISON
from reports.comparison_formats import COMPARISON_FORMATS
from reports.comparison_markdown import comparison_comment
from scenarios.operations import OPERATIONS
from tests.measure.pairs import new_record
from tests.reports.synthetic_comparison import comparison, regression

RSSBENCH = Path(sys.executable).with_name("rssbench")
READ = "ResourceStatus.select by name"


def compare(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["compare", *arguments])


@pytest.fixture
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        pytest.fail("something was started")

    monkeypatch.setattr(cli_compare, "_prepared", refuse)


@pytest.mark.usefixtures("nothing_starts")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "two builds are needed: rssbench compare BASELINE CONTENDER"),
        (("9.1.21",), "two builds are needed"),
        (("9.1.21", "9.1.22", "--budget", "soon"), "--budget: 'soon' is not allowed; allowed: a time such as"),
        (("9.1.21", "9.1.22", "--operation", "ResourceStatus.select by nam"), f"did you mean '{READ}'?"),
        (("9.1.21", "9.1.22", "--operation", "Publisher.setToken"), "Publisher.setToken can only be counted"),
        (("9.1.21", "9.1.22", "--lane", "fast"), "'fast' is not one of 'exact', 'paired', 'load'"),
        (("9.1.21", "9.1.22", "--scenario", "mix"), "'mix' is not one of"),
        (("9.1.21", "9.1.22", "--profile", "XXL"), "'XXL' is not one of"),
        (("9.1.21", "9.1.22", "--format", "xml"), "'xml' is not one of"),
        (("9.1.21", "--resume", "there"), "--resume: builds, lanes, operations, front doors and runtimes are"),
        (("9.1.21", "9.1.22", "--front-door", "db"), "'db' is not one of 'https', 'dips'"),
        (
            ("9.1.22", "7.3.38", "--front-door", "https"),
            "--front-door: DIRAC 7.3.38 has no front door https to the RSS, only dips",
        ),
        (
            ("9.1.22", "7.2.52", "--contender-front-door", "https"),
            "--contender-front-door: DIRAC 7.2.52 has no front door https to the RSS, only dips",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_starts(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    refused = compare(*arguments, "--results", str(tmp_path))
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert refused.stdout == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("nothing_starts")
def test_all_mistakes_are_said_at_once() -> None:
    refused = compare("9.1.21", "--budget", "soon", "--operation", "nothing")
    assert refused.stderr.count("\n") == 3


def test_a_name_that_is_no_build_is_refused(tmp_path: Path) -> None:
    refused = compare("nine", str(tmp_path / "nowhere@main"), "--results", str(tmp_path / "results"))
    assert refused.exit_code == 2
    assert "nine" in refused.stderr


def test_there_must_be_something_to_resume(tmp_path: Path) -> None:
    refused = compare("--resume", "yesterday", "--results", str(tmp_path))
    assert refused.exit_code == 4
    assert "there is no comparison to read in" in refused.stderr


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (comparison("same"), 0),
        (comparison("improvement"), 0),
        (regression(), 1),
        (comparison("wrong"), 1),
        (comparison("inconclusive"), 3),
        (comparison("same", status="incomplete", problems=("interrupted",)), 4),
        (comparison("regression", status="incomplete", problems=("interrupted",)), 4),
    ],
)
@pytest.mark.parametrize("form", ["text", "markdown", "json", "junit"])
def test_the_exit_code_is_the_verdict_and_stdout_the_result_alone(
    result: ComparisonResult, code: int, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = compared(result, tmp_path, monkeypatch, "--format", form)
    assert shown.exit_code == code
    assert shown.stdout == COMPARISON_FORMATS[form](result) + "\n"
    assert (tmp_path / "report.html").exists()


def compared(result: ComparisonResult, directory: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    """As if this had been measured."""
    record = new_record(directory)
    COMPARISON.write(result, directory)
    monkeypatch.setattr(cli_compare, "_resumed", lambda *_arguments: (None, record))
    monkeypatch.setattr(cli_compare, "_measure", lambda *_arguments: result)
    return compare("--resume", str(directory), *options)


def test_a_comment_goes_to_its_file_and_to_the_summary_of_a_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    monkeypatch.setenv("CI_JOB_URL", "https://gitlab.example/a/b/-/jobs/7")
    file = tmp_path / "comments" / "comment.md"
    shown = compared(regression(), tmp_path, monkeypatch, "--comment", str(file))
    text = comparison_comment(regression(), "https://gitlab.example/a/b/-/jobs/7/artifacts/browse")
    assert shown.exit_code == 1
    assert file.read_text() == (tmp_path / "summary.md").read_text() == text + "\n"


def test_a_comment_that_cannot_be_written_does_not_lose_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    shown = compared(regression(), tmp_path, monkeypatch, "--comment", str(tmp_path / "file" / "comment.md"))
    assert shown.exit_code == 4
    assert "cannot write" in shown.stderr
    assert shown.stdout == COMPARISON_FORMATS["text"](regression()) + "\n"
    assert (tmp_path / "report.html").exists()


@pytest.fixture
def environment(bzt_stack_root: Path) -> Iterator[dict[str, str]]:
    yield os.environ | {"RSSBENCH_STACK_FOLDER": str(bzt_stack_root)}
    assert not [path for path in bzt_stack_root.iterdir() if path.name.startswith("stack-") and path.is_dir()]


@pytest.mark.stack
def test_two_names_of_one_release_have_the_same_sql(environment: dict[str, str], tmp_path: Path) -> None:
    command = [RSSBENCH, "compare", "9.1.22", "9.1.22:today", "--lane", "exact"]
    done = subprocess.run(
        [*command, "--profile", "S", "--format", "json", "--results", str(tmp_path)],
        env=environment,
        capture_output=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = msgspec.json.decode(done.stdout, type=ComparisonResult)
    (folder,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert COMPARISON.read(folder) == result
    assert {one.operation: one.excluded for one in result.exact if one.excluded} == {}
    absent = {one.operation: one.reason for one in result.absent}
    assert absent == {
        "ResourceManagement.insert job": "HTTP status 500: KeyError('self')",
        "Publisher.getNodeStatuses": "the service has no such method: HTTP status 501",
    }
    assert (result.verdict, len(result.exact) + len(absent)) == ("same", len(OPERATIONS))
    assert (folder / "report.html").exists()
    with opened_index(local_url(tmp_path)) as index:
        assert [one.verdict for one in list_runs(index, limit=10)] == ["same"]


@pytest.mark.stack
@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_comparison_ends_in_order_and_can_be_continued(
    environment: dict[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    begun = [RSSBENCH, "compare", "9.1.22", "9.1.22", "--lane", "paired", "--operation", READ, "--profile", "S"]
    process = subprocess.Popen(
        [*begun, "--results", str(tmp_path)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    pairs = wait_for_pair(tmp_path)
    process.send_signal(number)
    stdout, _stderr = process.communicate(timeout=60)
    assert process.returncode == 4
    assert b"interrupted" in stdout
    (folder,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    if number == signal.SIGTERM:
        return
    again = subprocess.run(
        [RSSBENCH, "compare", "--resume", folder.name, "--results", str(tmp_path), "--budget", "20s"],
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert again.returncode in (0, 3), again.stderr
    result = COMPARISON.read(folder)
    assert result.status == "complete"
    assert len((folder / "pairs.jsonl").read_text().splitlines()) > pairs


def wait_for_pair(results: Path) -> int:
    deadline_s = time.monotonic() + 120
    while time.monotonic() < deadline_s:
        for file in results.glob("*/pairs.jsonl"):
            return len(file.read_text().splitlines())
        time.sleep(0.1)
    pytest.fail("no pair was measured")
