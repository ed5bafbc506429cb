"""Commits one after the other on top of a published DIRAC: most change nothing, one or two do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from harness.selftest.changed_clone import git

RSS = "src/DIRAC/ResourceStatusSystem"
DATABASE_CLASS = "src/DIRAC/Core/Base/SQLAlchemyDB.py"
SELECT = "            # setting up the select query\n"

#: Files of the RSS that a harmless commit adds a line to.
HARMLESS = (
    f"{RSS}/DB/ResourceStatusDB.py",
    f"{RSS}/Service/ResourceStatusHandler.py",
    f"{RSS}/Client/ResourceStatusClient.py",
    f"{RSS}/DB/ResourceManagementDB.py",
    f"{RSS}/Utilities/CSHelpers.py",
)


class Step(NamedTuple):
    """One commit: its subject, and a file before and after it."""

    subject: str
    file: str
    change: Callable[[str], str]


def harmless(number: int) -> Step:
    """Another comment at the end of a file."""
    file = HARMLESS[number % len(HARMLESS)]
    return Step(f"comment {number}", file, lambda text: f"{text}\n# comment {number}\n")


def more_sql(number: int) -> Step:
    """Every select asks for a row first that nobody needs."""
    more = f"            session.query(table_c).limit(1).all()\n{SELECT}"
    return Step(f"more SQL {number}", DATABASE_CLASS, replacing(SELECT, more))


def broken(number: int) -> Step:
    """No service starts from here on."""
    return Step(f"broken {number}", HARMLESS[0], lambda text: f"{text}\ndef broken({number}:\n")


def repaired(number: int) -> Step:
    """What the last broken commit did is undone."""
    return Step(f"repaired {number}", HARMLESS[0], lambda text: text[: text.rindex("\ndef broken(")])


def replacing(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert text.count(old) == 1
        return text.replace(old, new)

    return change


def commit_series(clone: Path, branch: str, steps: Sequence[Step]) -> list[str]:
    """A branch on top of main with a commit per step; their ids, that of main first."""
    git(clone, "checkout", "--quiet", "-B", branch, "main")
    commits = [git(clone, "rev-parse", "HEAD")]
    for step in steps:
        path = clone / step.file
        path.write_text(step.change(path.read_text()))
        git(clone, "commit", "--quiet", "--all", f"--message={step.subject}")
        commits.append(git(clone, "rev-parse", "HEAD"))
    git(clone, "checkout", "--quiet", "main")
    return commits
