"""Sources of DIRAC for tests: small ones that git can know, and a clone of what was published."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

#: Nothing of the user's: no hooks, no ignored names, no signing.
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "test"), ("EMAIL", "test@localhost"), ("DATE", "2026-10-26T15:00:00+00:00"))
}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True, env=os.environ | GIT
    )
    return done.stdout.strip()


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


def branch_with(clone: Path, name: str, file: str, change: Callable[[str], str]) -> str:
    """A branch of its own, one commit on top of main in which ``file`` is changed; as a build is named."""
    git(clone, "checkout", "--quiet", "-B", name, "main")
    path = clone / file
    path.write_text(change(path.read_text()))
    git(clone, "commit", "--quiet", "--all", f"--message={name}")
    git(clone, "checkout", "--quiet", "main")
    return f"{clone}@{name}"


def make_published_clone(folder: Path, releases: tuple[str, ...], downloads: Path) -> Path:
    """One commit per published source distribution, oldest first, tagged ``v<release>``, on branch main."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    for release in releases:
        archive = _source_distribution(release, downloads)
        for old in git(folder, "ls-files", "-z").split("\0"):
            if old:
                (folder / old).unlink()
        with tarfile.open(archive) as content:
            top = content.getnames()[0].split("/")[0]
            content.extractall(folder / ".git" / "unpacked", filter="data")
        for path in (folder / ".git" / "unpacked" / top).iterdir():
            subprocess.run(["cp", "-r", str(path), str(folder)], check=True)
        subprocess.run(["rm", "-rf", str(folder / ".git" / "unpacked")], check=True)
        git(folder, "add", "--all", "--force")
        git(folder, "commit", "--quiet", f"--message={release}")
        git(folder, "tag", f"v{release}")
    return folder


def _source_distribution(release: str, downloads: Path) -> Path:
    found = list(downloads.glob(f"*-{release}.tar.gz"))
    if not found:
        options = ["--quiet", "--no-deps", "--no-binary=DIRAC", f"--dest={downloads}"]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, f"DIRAC=={release}"], check=True)
        found = list(downloads.glob(f"*-{release}.tar.gz"))
    return found[0]
