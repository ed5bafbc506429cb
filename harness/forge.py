"""What GitHub and GitLab tell a job of theirs in its environment, and where it may leave words for people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.store import writing


def artefacts_address(environ: Mapping[str, str]) -> str | None:
    """Where the files that this job keeps can be seen; None outside a job."""
    server, repository, run = (environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    if server and repository and run:
        return f"{server}/{repository}/actions/runs/{run}#artifacts"
    job = environ.get("CI_JOB_URL")
    return f"{job}/artifacts/browse" if job else None


def add_to_step_summary(text: str, environ: Mapping[str, str]) -> None:
    """Put Markdown on the page of a GitHub job; elsewhere nothing is done. RssbenchError when it cannot be."""
    if summary := environ.get("GITHUB_STEP_SUMMARY"):
        with writing(Path(summary)), Path(summary).open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")
