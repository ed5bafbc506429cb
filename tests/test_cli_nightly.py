"""`rssbench nightly`: what it refuses, what it says on bad days, how it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from harness import cli
from harness.night import Night
from harness.nightly.run import NightlyRun
from reports.night_text import NIGHT_FORMATS
from tests.dirac_sources import make_small_clone
from tests.nightly.nights import night

#: An index and a remote that nobody serves.
NOWHERE = {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A small job whose folders are all below that of the test."""
    content = {
        "modules": {
            "rss-stack": {"profile": "S", "cache": str(tmp_path / "cache"), "folder": str(tmp_path / "stacks")},
            "rss-nightly": {"results": str(tmp_path / "results"), "public": str(tmp_path / "public")},
        },
        "execution": [{"scenario": "select_mix", "throughput": 20, "concurrency": 4, "hold-for": "2s"}],
        "~services": ["rss-stack"],
        "~reporting": ["rss-report"],
    }
    file = tmp_path / "job.yml"
    file.write_text(yaml.safe_dump(content))
    return file


def nightly(config: Path, *arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(cli.main, ["nightly", "--config", str(config), *arguments], env=environ)


def test_wrong_settings_are_told_and_nothing_is_made(config: Path, tmp_path: Path) -> None:
    refused = nightly(config, "--budget", "soon", RSSBENCH_NIGHTLY_NIGHTS="0", RSSBENCH_PROFILE="huge")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "modules.rss-nightly.budget: 'soon' is not allowed" in refused.stderr
    assert "environment: RSSBENCH_NIGHTLY_NIGHTS: '0' is not allowed" in refused.stderr
    assert "environment: RSSBENCH_PROFILE: 'huge' is not allowed" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["job.yml"]


def test_a_night_needs_both_builds_and_the_load_on_this_machine(config: Path, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("f" * 64)
    token.chmod(0o600)
    content = yaml.safe_load(config.read_text())
    content["modules"]["rss-load"] = {"remote-workers": 2, "token-file": str(token)}
    config.write_text(yaml.safe_dump(content))
    refused = nightly(config)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "neither runtime external nor remote-workers" in refused.stderr


def test_sources_that_are_no_clone_are_wrong_usage(config: Path, tmp_path: Path) -> None:
    refused = nightly(config, "--sources", str(tmp_path))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"sources: {tmp_path} is no git clone" in refused.stderr


def test_an_option_wins_over_a_variable_and_that_over_the_file(config: Path, tmp_path: Path) -> None:
    given = {"RSSBENCH_NIGHTLY_SOURCES": str(tmp_path / "variable"), "RSSBENCH_NIGHTLY_BRANCH": ""}
    by_variable = nightly(config, **given)
    assert f"{tmp_path}/variable is no git clone" in by_variable.stderr
    by_option = nightly(config, "--sources", str(tmp_path / "option"), **given)
    assert f"{tmp_path}/option is no git clone" in by_option.stderr


def test_an_index_that_cannot_be_reached_fails_the_night_and_the_page_says_so(
    config: Path, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    failed = nightly(config, GITHUB_STEP_SUMMARY=str(summary), **NOWHERE)
    assert failed.exit_code == 4
    line = failed.stdout.splitlines()[0]
    assert line.startswith(
        "FAILED: tonight's build is not known; cannot ask the package index for the newest release"
    )
    assert summary.read_text().startswith("**FAILED: tonight's build is not known")
    assert "FAILED: tonight" in (tmp_path / "public" / "index.html").read_text()
    assert not list((tmp_path / "results").iterdir())


def test_a_reference_that_cannot_be_installed_fails_the_night(config: Path, tmp_path: Path) -> None:
    sources = make_small_clone(tmp_path / "DIRAC")
    failed = nightly(config, "--sources", str(sources), "--branch", "main", "--reference", "9.1.22", **NOWHERE)
    assert failed.exit_code == 4
    assert "build 9.1.22: step 'install DIRAC' failed" in failed.stdout
    assert "the package index cannot be reached" in failed.stdout


@pytest.mark.parametrize("folder", ["results", "public"])
def test_a_folder_that_cannot_be_written_is_told_before_anything_is_measured(
    config: Path, tmp_path: Path, folder: str
) -> None:
    (tmp_path / "file").touch()
    failed = nightly(config, f"--{folder}", str(tmp_path / "file" / folder), **NOWHERE)
    assert failed.exit_code == 4
    assert f"cannot write {tmp_path}/file/{folder}" in failed.stdout + failed.stderr
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        ("same", 0),
        ("improvement", 0),
        ("nothing new", 0),
        ("regression", 1),
        ("wrong", 1),
        ("inconclusive", 3),
        ("failed", 4),
    ],
)
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_the_exit_code_is_the_verdict_and_stdout_the_night(
    config: Path, monkeypatch: pytest.MonkeyPatch, verdict: Any, code: int, form: str
) -> None:
    one = night(verdict=verdict, comparisons=())
    measured_nothing(monkeypatch, one)
    shown = nightly(config, "--format", form)
    assert shown.exit_code == code
    assert shown.stdout == NIGHT_FORMATS[form](one, ()) + "\n"
    summary = config.with_name("public") / "summary.md"
    assert summary.read_text().startswith(f"**{verdict.upper()}: ")


def test_the_summary_leads_to_the_files_of_the_job(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured_nothing(monkeypatch, night(comparisons=()))
    nightly(config, CI_JOB_URL="https://gitlab.example/a/b/-/jobs/7")
    summary = (tmp_path / "public" / "summary.md").read_text()
    assert "[files of this job](<https://gitlab.example/a/b/-/jobs/7/artifacts/browse>)" in summary


def test_nights_are_listed_with_the_newest_first(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (night(day, comparisons=()) for day in (24, 25))
    for one in (first, second):
        measured_nothing(monkeypatch, one)
        nightly(config)
    page = (tmp_path / "public" / "index.html").read_text()
    assert page.index("2026-11-25 02:17") < page.index("2026-11-24 02:17")


def measured_nothing(monkeypatch: pytest.MonkeyPatch, one: Night) -> None:
    """The command alone: as if this night had been."""
    monkeypatch.setattr(NightlyRun, "run", lambda _run: None)
    monkeypatch.setattr(NightlyRun, "night", lambda _run: one)
