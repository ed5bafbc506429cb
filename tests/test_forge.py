"""What GitHub and GitLab tell a job, and where it may leave words."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import RssbenchError
from harness.forge import add_to_step_summary, artefacts_address

GITHUB = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "DIRACGrid/DIRAC",
    "GITHUB_RUN_ID": "1234",
}


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        (GITHUB, "https://github.com/DIRACGrid/DIRAC/actions/runs/1234#artifacts"),
        (
            {"CI_JOB_URL": "https://gitlab.example/a/b/-/jobs/7"},
            "https://gitlab.example/a/b/-/jobs/7/artifacts/browse",
        ),
        (GITHUB | {"GITHUB_RUN_ID": ""}, None),
        ({"CI": "true"}, None),
    ],
)
def test_the_files_of_a_job_have_an_address(environ: dict[str, str], address: str | None) -> None:
    assert artefacts_address(environ) == address


def test_words_are_added_to_those_of_earlier_steps(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    add_to_step_summary("**SAME**: ≤ 1 %", {"GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_text(encoding="utf-8") == "before\n**SAME**: ≤ 1 %\n"


def test_outside_a_job_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    add_to_step_summary("**SAME**", {"GITHUB_STEP_SUMMARY": ""})
    add_to_step_summary("**SAME**", {})
    assert not list(tmp_path.iterdir())


def test_a_summary_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(RssbenchError, match="cannot write"):
        add_to_step_summary("**SAME**", {"GITHUB_STEP_SUMMARY": str(tmp_path / "gone" / "summary.md")})
