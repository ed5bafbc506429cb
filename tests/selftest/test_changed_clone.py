"""A commit of ours in a clone is a build by name, and leaves the clone as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import BuildError
from harness.selftest.changed_clone import branch_with, git
from tests.dirac_sources import make_small_clone

FILE = "src/DIRAC/__init__.py"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return make_small_clone(tmp_path / "DIRAC")


def test_a_branch_holds_the_change_and_main_does_not(clone: Path) -> None:
    assert branch_with(clone, "larger", FILE, lambda text: text.replace("small", "large")) == f"{clone}@larger"
    assert git(clone, "show", f"larger:{FILE}") == "version = 'large'"
    assert git(clone, "show", f"main:{FILE}") == "version = 'small'"
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "rev-parse", "--abbrev-ref", "HEAD") == "main"


def test_the_same_change_is_the_same_commit_whenever_it_is_made(clone: Path) -> None:
    commits = []
    for _time in range(2):
        branch_with(clone, "larger", FILE, str.upper)
        commits.append(git(clone, "rev-parse", "larger"))
    assert commits[0] == commits[1]


def test_a_change_that_changes_nothing_is_refused(clone: Path) -> None:
    with pytest.raises(BuildError, match=r"(?s)git commit failed in .*nothing to commit"):
        branch_with(clone, "same", FILE, lambda text: text)
    assert git(clone, "rev-parse", "--abbrev-ref", "HEAD") == "main"


def test_a_repository_whose_hook_calls_us_is_not_meant(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert git(clone, "rev-parse", "--show-toplevel") == str(clone)
