"""A git clone of what DIRAC published, and commits of ours in it: real builds whose difference is known."""

from __future__ import annotations

import os
import shutil
import sys
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

from harness import command
from harness.errors import BuildError

_GIT_TIMEOUT_S = 120.0
_DOWNLOAD_TIMEOUT_S = 300.0

#: Nothing of the user's: no hooks, no ignored names, no signing; the same commits whenever they are made.
_VARIABLES = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"} | {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (
        ("NAME", "rssbench"),
        ("EMAIL", "rssbench@localhost"),
        ("DATE", "2026-10-26T15:00:00+00:00"),
    )
}


def git(folder: Path, *arguments: str) -> str:
    """What git answers. BuildError with its own words when it fails."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = command.run(
        ["git", "-C", folder, *arguments], timeout_s=_GIT_TIMEOUT_S, environment=inherited | _VARIABLES
    )
    if done.returncode != 0:
        raise BuildError(f"git {arguments[0]} failed in {folder}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


def branch_with(clone: Path, name: str, file: str, change: Callable[[str], str]) -> str:
    """A branch of its own, one commit on top of main in which ``file`` is changed; as a build is named.

    BuildError when nothing is changed. The files of main are checked out afterwards, however it ends.
    """
    git(clone, "checkout", "--quiet", "-B", name, "main")
    path = clone / file
    try:
        path.write_text(change(path.read_text()))
        git(clone, "commit", "--quiet", "--all", f"--message={name}")
    finally:
        git(clone, "checkout", "--quiet", "--force", "main")
    return f"{clone}@{name}"


def make_published_clone(folder: Path, releases: Sequence[str], downloads: Path) -> Path:
    """One commit per published source distribution, oldest first, tagged ``v<release>``, on branch main.

    What is in ``downloads`` is not downloaded again. BuildError when a release cannot be had.
    """
    archives = [_source_distribution(release, downloads) for release in releases]
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    for release, archive in zip(releases, archives, strict=True):
        _replace_files(folder, archive)
        git(folder, "add", "--all", "--force")
        git(folder, "commit", "--quiet", f"--message={release}")
        git(folder, "tag", f"v{release}")
    return folder


def _replace_files(folder: Path, archive: Path) -> None:
    """The files of a source distribution in place of those of the clone."""
    for old in folder.iterdir():
        if old.is_dir() and old.name != ".git":
            shutil.rmtree(old)
        elif old.name != ".git":
            old.unlink()
    unpacked = folder / ".git" / "unpacked"
    with tarfile.open(archive) as content:
        content.extractall(unpacked, filter="data")
    (top,) = unpacked.iterdir()
    for path in top.iterdir():
        path.rename(folder / path.name)
    shutil.rmtree(unpacked)


def _source_distribution(release: str, downloads: Path) -> Path:
    if not (found := _downloaded(release, downloads)):
        options = ["--quiet", "--no-deps", "--no-binary=DIRAC", f"--dest={downloads}"]
        arguments = [sys.executable, "-m", "pip", "download", *options, f"DIRAC=={release}"]
        done = command.run(arguments, timeout_s=_DOWNLOAD_TIMEOUT_S)
        if done.returncode != 0:
            raise BuildError(f"the sources of DIRAC {release} cannot be had: {done.stderr.strip()}")
        found = _downloaded(release, downloads)
    return found[0]


def _downloaded(release: str, downloads: Path) -> list[Path]:
    return list(downloads.glob(f"*-{release}.tar.gz"))
