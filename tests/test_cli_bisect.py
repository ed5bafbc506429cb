"""`rssbench bisect`: what it refuses, what it prints, how it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from harness import cli, cli_bisect
from harness.bisection import BisectResult
from harness.errors import RssbenchError
from harness.store import BISECTION
from tests.dirac_sources import make_small_clone
from tests.measure.ranges import bisection, commits
from tests.reports.synthetic_comparison import build

READ = "ResourceStatus.select by name"


def bisect(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["bisect", *arguments])


@pytest.fixture
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        pytest.fail("something was started")

    monkeypatch.setattr(cli_bisect, "prepare_builds", refuse)


@pytest.mark.usefixtures("nothing_starts")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "two builds are needed: rssbench bisect GOOD BAD"),
        (("9.1.21",), "two builds are needed"),
        (("9.1.22", "9.1.21"), "GOOD must be older than BAD: 9.1.22 is not older than 9.1.21"),
        (("9.1.21", "9.1.21"), "is not older than"),
        (("9.1.21", "nine"), "build 'nine': not a release of DIRAC, nor a folder"),
        (("9.1.21", "9.1.22", "--budget", "soon"), "--budget: 'soon' is not allowed"),
        (("9.1.21", "9.1.22", "--operation", "ResourceStatus.select by nam"), f"did you mean '{READ}'?"),
        (("9.1.21", "9.1.22", "--metric", "time"), "'time' is not one of 'statements'"),
        (("9.1.21", "9.1.22", "--metric", "commits", "--lane", "paired"), "commits belongs to the lane exact"),
        (("9.1.21", "9.1.22", "--metric", "memory", "--operation", READ), "memory is of the services, not of an"),
        (("9.1.21", "9.1.22", "--lane", "load"), "'load' is not one of 'exact', 'paired'"),
        (("9.1.21", "9.1.22", "--operation", "Publisher.setToken", "--lane", "paired"), "can only be counted"),
        (("9.1.21", "9.1.22", "--confidence", "1"), "1.0 is not in the range 0.5<x<1.0"),
        (("9.1.21", "9.1.22", "--build", "9.1.22"), "each build of a range may be named once"),
        (("9.1.21", "--resume", "there"), "--resume: builds, operation, metric and lanes are those of then"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_starts(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    refused = bisect(*arguments, "--results", str(tmp_path))
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert refused.stdout == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("nothing_starts")
def test_a_range_with_no_builds_is_refused(tmp_path: Path) -> None:
    clone = make_small_clone(tmp_path / "DIRAC")
    refused = bisect(f"{clone}@main", f"{clone}@v9.1.22", "--results", str(tmp_path / "results"))
    assert refused.exit_code == 2
    assert "they are the same commit" in refused.stderr


def test_there_must_be_something_to_resume(tmp_path: Path) -> None:
    refused = bisect("--resume", "yesterday", "--results", str(tmp_path))
    assert refused.exit_code == 4
    assert "there is no bisection to read in" in refused.stderr


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 1),
        ({"suspects": (2, 3)}, 1),
        ({"outcome": "inconclusive"}, 3),
        ({"outcome": "inconclusive", "symptom": None, "verdict": "inconclusive"}, 3),
        ({"outcome": "no regression", "symptom": None, "verdict": "same"}, 0),
        ({"outcome": "no regression", "symptom": None, "verdict": "improvement"}, 0),
        ({"outcome": "no regression", "symptom": None, "verdict": "wrong"}, 1),
        ({"status": "incomplete"}, 4),
    ],
)
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_the_exit_code_says_what_was_found_and_stdout_is_the_result_alone(
    changes: dict[str, Any], code: int, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = bisection(**changes)

    def run(made: Any) -> BisectResult:
        BISECTION.write(result, tmp_path)
        made._record.result = result
        if result.status == "incomplete":
            raise RssbenchError("the disk is full")
        return result

    ends = [
        type("Prepared", (), {"identity": build("9.1.21")})(),
        type("Prepared", (), {"identity": build("9.1.22")})(),
    ]
    monkeypatch.setattr(cli_bisect, "prepare_builds", lambda *_arguments: ends)
    monkeypatch.setattr(cli_bisect, "builds_of_range", lambda *_arguments, **_options: commits(4))
    monkeypatch.setattr(cli_bisect, "new_directory", lambda _results: tmp_path)
    monkeypatch.setattr(cli_bisect.BisectRun, "run", run)
    shown = bisect("9.1.21", "9.1.22", "--format", form)
    assert shown.exit_code == code, shown.output
    assert shown.stdout.startswith("{" if form == "json" else ("INC", "FIRST", "NO", "WRONG", "**"))
    assert "stored in" in shown.stderr
    assert BISECTION.read(tmp_path) == result


def test_report_prints_it_once_more(tmp_path: Path) -> None:
    BISECTION.write(bisection(), tmp_path)
    shown = CliRunner().invoke(cli.main, ["report", str(tmp_path), "--format", "json"])
    assert shown.exit_code == 0
    assert shown.stdout.strip().startswith("{")
