"""Every slow-down and every small change is code that can be applied to what DIRAC published, and compiled."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from harness.selftest.changed_clone import git
from harness.selftest.slowdown import EQUAL, HANDLER, SLOWDOWNS, slower_branch
from harness.selftest.small_changes import SMALL_CHANGES


@pytest.mark.stack
def test_every_change_applies_and_compiles(dirac_clone: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(dirac_clone), "DIRAC")
    clone = tmp_path / "DIRAC"
    for slowdown in SLOWDOWNS:
        assert slower_branch(clone, slowdown) == f"{clone}@{slowdown.name}"
        changed = git(clone, "show", f"{slowdown.name}:src/{HANDLER}")
        same_code = ast.dump(ast.parse(changed)) == ast.dump(ast.parse(git(clone, "show", f"main:src/{HANDLER}")))
        assert same_code is (slowdown == EQUAL)
    for change in SMALL_CHANGES:
        change.branch(clone)
        assert git(clone, "diff", "--name-only", "main", change.name) == change.file
        ast.parse(git(clone, "show", f"{change.name}:{change.file}"))
