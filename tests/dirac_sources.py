"""Sources of DIRAC for tests that git can know, and nobody can install."""

from __future__ import annotations

from pathlib import Path

from harness.selftest.changed_clone import git


def write_small_dirac(folder: Path) -> Path:
    """What is looked for in a folder that is said to hold DIRAC; it can be installed by nobody."""
    package = folder / "src" / "DIRAC"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("version = 'small'\n")
    (folder / "setup.cfg").write_text("[metadata]\nname = DIRAC\n")
    return folder


def make_small_clone(folder: Path) -> Path:
    """One commit, tagged v9.1.22, on branch main."""
    write_small_dirac(folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=first")
    git(folder, "tag", "v9.1.22")
    return folder
