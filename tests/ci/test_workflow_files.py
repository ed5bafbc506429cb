"""The files of GitHub and GitLab: right by their schemas and linters, and nothing but calls of make."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .workflows import GITHUB, GITLAB, ROOT, commands, gitlab_jobs, jobs, load, steps

#: What may stand in a step beside make: the comment on a pull request, and whether there is a page to publish.
BESIDE_MAKE = {
    'gh pr comment "$NUMBER" --edit-last --create-if-none --body-file comment.md',
    "test -s public/index.html",
}

YAMLLINT = """
extends: default
rules:
  document-start: disable
  indentation: {indent-sequences: false}
  line-length: {max: 120}
  truthy: {check-keys: false}
"""


def tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name(name)
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)


@pytest.mark.parametrize("file", [*GITHUB, GITLAB], ids=lambda file: file.name)
def test_it_is_right_by_the_schema_of_its_forge(file: Path) -> None:
    schema = "vendor.gitlab-ci" if file == GITLAB else "vendor.github-workflows"
    done = tool("check-jsonschema", "--builtin-schema", schema, file)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "schema", "right", "wrong"),
    [
        (GITHUB[-1], "vendor.github-workflows", "runs-on:", "run-on:"),
        (GITLAB, "vendor.gitlab-ci", "when: always", "when: sometimes"),
    ],
)
def test_the_schema_finds_a_mistake(file: Path, schema: str, right: str, wrong: str, tmp_path: Path) -> None:
    broken = tmp_path / file.name
    broken.write_text(file.read_text().replace(right, wrong))
    assert tool("check-jsonschema", "--builtin-schema", schema, broken).returncode == 1


@pytest.mark.parametrize("file", [*GITHUB, GITLAB], ids=lambda file: file.name)
def test_it_is_tidy_yaml(file: Path) -> None:
    done = tool("yamllint", "--strict", "-d", YAMLLINT, file)
    assert done.returncode == 0, done.stdout


def test_the_workflows_are_as_safe_as_their_linter_can_see() -> None:
    done = tool("zizmor", "--offline", "--no-progress", "--color=never", ".github/workflows")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", GITHUB, ids=lambda file: file.name)
def test_a_step_calls_make_and_nothing_else(file: Path) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for command in commands(file):
        assert command in BESIDE_MAKE or command in {f"make {target}" for target in targets}
        assert "${{" not in command, "what others wrote is given by a variable, never as a part of a script"


def test_a_job_of_gitlab_calls_make_and_nothing_else() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for job in gitlab_jobs().values():
        for command in job["script"]:
            assert command in BESIDE_MAKE or command in {f"make {target}" for target in targets}


@pytest.mark.parametrize("file", GITHUB, ids=lambda file: file.name)
def test_a_job_may_do_what_it_needs_for_as_long_as_it_needs(file: Path) -> None:
    content = load(file)
    assert content["permissions"] == {}
    assert content["concurrency"]["group"]
    for name, job in jobs(file).items():
        assert job["timeout-minutes"] <= 120, name
        assert "contents" not in job["permissions"] or job["permissions"] == {"contents": "read"}
        runs_code_of_others = any("make" in step.get("run", "") for step in job["steps"])
        assert not runs_code_of_others or job["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("file", GITHUB, ids=lambda file: file.name)
def test_an_action_is_pinned_to_a_commit_that_names_its_version(file: Path) -> None:
    used = [step["uses"] for step in steps(file) if "uses" in step]
    lines = re.findall(r"uses: (\S+@[0-9a-f]{40})  # v\d+\.\d+\.\d+$", file.read_text(), re.MULTILINE)
    assert sorted(lines) == sorted(used)
    assert all(
        step["with"]["persist-credentials"] is False for step in steps(file) if "checkout" in step.get("uses", "")
    )


def test_one_action_has_one_version() -> None:
    pinned = [used.partition("@") for file in GITHUB for step in steps(file) if (used := step.get("uses"))]
    versions = {(name.split("/")[1], commit) for name, _at, commit in pinned}
    assert len(versions) == len({name for name, _commit in versions})


def test_the_jobs_of_gitlab_call_what_those_of_github_call() -> None:
    gitlab = gitlab_jobs()
    for name in ("nightly", "compare"):
        github = jobs(ROOT / ".github" / "workflows" / f"{name}.yml")[name]
        assert gitlab[name]["script"] == [step["run"] for step in github["steps"] if "run" in step]
