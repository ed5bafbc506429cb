"""The shell parts of the workflows, run as a forge does: in a fresh folder, with the variables of the job."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from harness.index.address import local_url
from harness.index.database import opened_index
from harness.index.listing import list_runs
from harness.nightly.last_night import RUN_ENDING
from tests.dirac_sources import git
from tests.index.results import comparison, store_comparison

from .workflows import ROOT, evaluated, jobs

pytestmark = pytest.mark.stack

#: What a runner has beside the variables of the job: its user, and how the package index is reached.
OF_THE_MACHINE = ("HOME", "PATH", "PIP_", "UV_", "SSL_", "REQUESTS_CA", "HTTP", "http", "NO_PROXY", "no_proxy")
FILES = ("Makefile", "setup.sh", "pyproject.toml", "requirements.txt", "taurus.yml")

#: Small, so that a test can wait for it; a job has it from its own variables.
SMALL = {"RSSBENCH_PROFILE": "S", "RSSBENCH_LANES": "exact"}


@pytest.fixture
def workspace(tmp_path: Path, dirac_clone: Path) -> Path:
    """``rssbench`` and ``DIRAC`` side by side, as the workflow has them checked out; the suite is set up."""
    suite = tmp_path / "rssbench"
    suite.mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, suite)
        os.utime(
            suite / name, (0, 0)
        )  # older than what is installed: set-up has nothing to do, whoever changed it
    (suite / ".venv").symlink_to(ROOT / ".venv")
    git(tmp_path, "clone", "--quiet", str(dirac_clone), "DIRAC")
    git(tmp_path / "DIRAC", "remote", "remove", "origin")
    return tmp_path


@pytest.fixture
def machine(bzt_stack_root: Path) -> Iterator[dict[str, str]]:
    inherited = {name: value for name, value in os.environ.items() if name.startswith(OF_THE_MACHINE)}
    yield inherited | {"CI": "true", "RSSBENCH_STACK_FOLDER": str(bzt_stack_root)}
    assert not [path for path in bzt_stack_root.iterdir() if path.name.startswith("stack-") and path.is_dir()]


def merge(clone: Path) -> None:
    """A pull request that changes a comment; always the same files, so that they are installed once."""
    file = clone / "src/DIRAC/ResourceStatusSystem/Client/ResourceStatusClient.py"
    file.write_text(file.read_text() + "# merged\n")
    git(clone, "commit", "--quiet", "--all", "--message=merge")


def run_step(script: str, folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


@pytest.mark.timeout(600)
def test_the_nightly_job_compares_with_the_reference_and_with_last_night(
    workspace: Path, machine: dict[str, str]
) -> None:
    suite, clone = workspace / "rssbench", workspace / "DIRAC"
    earlier = comparison().contender
    assert earlier
    last = msgspec.structs.replace(earlier, name=f"/runner/of/last/night@{git(clone, 'rev-parse', 'main')}")
    store_comparison(suite / "results", f"2026-11-24_02-17-09.000000{RUN_ENDING}", contender=last)
    merge(clone)
    job = jobs(ROOT / ".github" / "workflows" / "nightly.yml")["nightly"]
    given = {"vars.RSSBENCH_NIGHTLY_SOURCES": str(clone), "inputs.branch": "main"}
    summary = workspace / "step_summary.md"
    variables = machine | SMALL | evaluated(job["env"], given) | {"GITHUB_STEP_SUMMARY": str(summary)}
    for step in job["steps"]:
        if "run" in step:
            done = run_step(step["run"], workspace / job["defaults"]["run"]["working-directory"], variables)
            assert done.returncode == 0, done.stdout + done.stderr
    newest = git(clone, "rev-parse", "main")
    line = done.stdout.splitlines()[0]
    # an environment shows the version of the commit that it was made for, and these files may have had another one
    assert line.startswith("SAME: DIRAC 9.1.22+1.g")
    assert newest[:7] in line.partition(" against ")[0]
    assert summary.read_text().startswith("**SAME: DIRAC 9.1.22+1.g")
    with opened_index(local_url(suite / "results")) as index:
        runs = list_runs(index, limit=10, ending=RUN_ENDING)
    baselines = {run.builds[0].name.rpartition("@")[2] for run in runs if run.builds[1].name.endswith(newest)}
    assert baselines == {"9.1.22", git(clone, "rev-parse", "main~1")}
    (pages,) = [path for path in (suite / "public").iterdir() if path.is_dir()]
    assert {page.name for page in pages.iterdir()} == {"reference.html", "last-night.html"}
    assert f'href="{pages.name}/last-night.html"' in (suite / "public" / "index.html").read_text()


def test_the_job_of_a_pull_request_leaves_a_comment(workspace: Path, machine: dict[str, str]) -> None:
    clone, suite = workspace / "DIRAC", workspace / "rssbench"
    merge(clone)
    job = jobs(ROOT / ".github" / "workflows" / "compare.yml")["compare"]
    small = {"OPTIONS": "--lane exact --profile S --operation 'ResourceStatus.select by name'"}
    of_github = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"}
    summary = workspace / "step_summary.md"
    variables = machine | small | of_github | evaluated(job["env"], {}) | {"GITHUB_STEP_SUMMARY": str(summary)}
    for step in job["steps"]:
        if "run" in step:
            done = run_step(step["run"], workspace / job["defaults"]["run"]["working-directory"], variables)
            assert done.returncode == 0, done.stdout + done.stderr
    comment = (suite / "results" / "comment.md").read_text()
    assert comment.startswith("**SAME: 1 operation, the same work (counted, not estimated)**\n\n")
    assert "[files of this job](<https://github.com/a/b/actions/runs/7#artifacts>)" in comment
    assert "<details><summary>Builds, settings, commands</summary>" in comment
    assert summary.read_text() == comment


def test_make_compare_without_two_builds_says_what_is_missing(workspace: Path, machine: dict[str, str]) -> None:
    done = run_step("make compare", workspace / "rssbench", machine | {"BASE": "9.1.21"})
    assert done.returncode == 2
    assert "two builds are needed: rssbench compare BASELINE CONTENDER" in done.stderr


def test_what_a_build_is_called_is_no_part_of_a_script(workspace: Path, machine: dict[str, str]) -> None:
    trick = {"BASE": '9.1.21"; touch tricked; "', "HEAD": "$(touch tricked)"}
    done = run_step("make compare", workspace / "rssbench", machine | trick)
    assert done.returncode == 2
    assert not list(workspace.rglob("tricked"))
