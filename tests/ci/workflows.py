"""The jobs of the forges as tests read them: steps, and the variables that they are run with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
GITHUB = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GITLAB = ROOT / ".gitlab-ci.yml"

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


def load(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text())
    return content


def jobs(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = load(file)["jobs"]
    return found


def steps(file: Path) -> Iterator[dict[str, Any]]:
    for job in jobs(file).values():
        yield from job["steps"]


def commands(file: Path) -> list[str]:
    """The shell parts, in order."""
    return [step["run"] for step in steps(file) if "run" in step]


def gitlab_jobs() -> dict[str, Any]:
    ours = {"default", "stages", "variables"}
    return {name: job for name, job in load(GITLAB).items() if name not in ours and not name.startswith(".")}


def evaluated(variables: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The variables of a job, their expressions replaced: ``a || b`` is the first that has a value."""

    def value(expression: re.Match[str]) -> str:
        parts = (part.strip() for part in expression[1].split("||"))
        return next((found for part in parts if (found := _literal(part) or values.get(part, ""))), "")

    return {name: _EXPRESSION.sub(value, text) for name, text in variables.items()}


def _literal(part: str) -> str:
    return part[1:-1] if part.startswith("'") else ""
