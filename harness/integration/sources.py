"""DIRAC's own tests, from where a user has sources of DIRAC: none of them are in this repository."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.builds.clone import Clone
from harness.errors import SettingsError

#: Where DIRAC's integration tests of the RSS stand in its sources.
SUITE = Path("tests", "Integration", "ResourceStatusSystem")

_TESTS = SUITE.parts[0]
_ALLOWED = (
    "a git clone with @REF (a commit, tag or branch), a folder of sources, or a source distribution (.tar.gz)"
)


@dataclass(frozen=True)
class DiracTests:
    """``folder`` has them at :data:`SUITE`, with what they use. ``described``: where they are from."""

    folder: Path
    described: str

    @property
    def files(self) -> list[Path]:
        return sorted((self.folder / SUITE).glob("Test_*.py"))


@contextmanager
def opened_tests(sources: str) -> Iterator[DiracTests]:
    """A copy of the tests in ``sources``, for as long as the block runs; theirs are never written to.

    SettingsError when there are none, or no such sources.
    """
    path, ref = _located(sources)
    with tempfile.TemporaryDirectory(prefix="rssbench-dirac-tests-") as made:
        folder = Path(made)
        if ref is not None:
            described = _check_out(path, ref, folder)
        elif path.is_file():
            described = _unpack(path, folder)
        else:
            described = _copy(path, folder)
        tests = DiracTests(folder, described)
        if not tests.files:
            raise SettingsError([f"{sources} has no tests in {SUITE}; allowed: {_ALLOWED}, with that folder"])
        yield tests


def _located(sources: str) -> tuple[Path, str | None]:
    """The path, and the ref behind it if there is one. Either may have an @ in it."""
    whole = Path(sources).expanduser()
    if whole.exists():
        return whole.resolve(), None
    ends = [place for place, letter in enumerate(sources) if letter == "@"]
    for end in reversed(ends):
        path, ref = Path(sources[:end]).expanduser(), sources[end + 1 :]
        if path.is_dir() and ref and not ref.startswith("-"):
            return path.resolve(), ref
    raise SettingsError([f"there are no sources {sources}; allowed: {_ALLOWED}"])


def _check_out(path: Path, ref: str, folder: Path) -> str:
    clone = Clone.at(path)
    if clone is None:
        raise SettingsError([f"{path} is not a git clone, so it has no {ref!r}"])
    commit = clone.commit_of(ref)
    if (tree := clone.folder_of(commit, _TESTS)) is not None:
        clone.write_out(tree, folder / "tests.index", folder / _TESTS)
    return f"{path}@{ref}, commit {commit[:10]} of {clone.committed_at(commit):%Y-%m-%d}"


def _unpack(path: Path, folder: Path) -> str:
    """Only its tests, without the folder at its top."""
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                inside = Path(*Path(member.name).parts[1:])
                if inside.is_relative_to(_TESTS):
                    archive.extract(member.replace(name=str(inside), deep=False), folder, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise SettingsError([f"{path} is no source distribution: {error}; allowed: {_ALLOWED}"]) from error
    return str(path)


def _copy(path: Path, folder: Path) -> str:
    clone = Clone.at(path)
    if clone is not None and clone.work_tree is None:
        raise SettingsError([f"{path} is a bare clone; name a commit, tag or branch of it with @REF"])
    if (path / _TESTS).is_dir():
        shutil.copytree(path / _TESTS, folder / _TESTS, ignore=shutil.ignore_patterns("__pycache__"))
    return f"{path}, its files as they are"
