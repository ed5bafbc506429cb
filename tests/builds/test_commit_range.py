from __future__ import annotations

from pathlib import Path

import pytest

from harness.builds.clone import Clone
from harness.builds.commit_range import commits_of_range, split_range
from harness.errors import SettingsError
from harness.selftest.changed_clone import git
from tests.dirac_sources import make_small_clone

SOURCES = "src/DIRAC"
FIRST_FILES = {
    "ResourceStatusSystem/DB/ResourceStatusDB.py": "from DIRAC.Core.Base.SQLAlchemyDB import SQLAlchemyDB\n",
    "ResourceStatusSystem/Agent/Inspector.py": "if 1:\n    from DIRAC.Core.Utilities import ObjectLoader, Time\n",
    "ResourceStatusSystem/test/Test_Inspector.py": "import DIRAC.Core.Utilities.OnlyInTests\n",
    "Core/Base/SQLAlchemyDB.py": "from DIRAC.Core.Utilities.Deep import (\n    deep,\n)\n",
    "Core/Tornado/Server/TornadoService.py": "",
    "Core/Utilities/__init__.py": "",
    "Core/Utilities/ObjectLoader.py": "",
    "Core/Utilities/Time.py": "",
    "Core/Utilities/Deep.py": "",
    "Core/Utilities/OnlyInTests.py": "",
    "TransformationSystem/Agent/Other.py": "from DIRAC.ResourceStatusSystem.DB import ResourceStatusDB\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    clone = make_small_clone(tmp_path / "clone")
    for name, text in FIRST_FILES.items():
        file = clone / SOURCES / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message=modules")
    git(clone, "tag", "begin")
    return clone


def commit_change(folder: Path, name: str, subject: str | None = None) -> str:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as stream:
        stream.write("# changed\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", f"--message={subject or name}")
    return git(folder, "rev-parse", "HEAD")


def touched(folder: Path, name: str) -> bool:
    commit_change(folder, name)
    (one,) = commits_of_range(clone_at(folder), "HEAD~1", "HEAD")
    return one.touches_rss


def clone_at(folder: Path) -> Clone:
    clone = Clone.at(folder)
    assert clone
    return clone


def test_commits_come_oldest_first_without_the_first_and_with_the_last(folder: Path) -> None:
    ids = [commit_change(folder, "README.rst", subject) for subject in ("one", "two: of\tthree", "three")]
    found = commits_of_range(clone_at(folder), "begin", "main")
    assert [one.commit for one in found] == ids
    assert [one.subject for one in found] == ["one", "two: of\tthree", "three"]


@pytest.mark.parametrize(
    "name",
    [
        f"{SOURCES}/ResourceStatusSystem/DB/ResourceStatusDB.py",
        f"{SOURCES}/ResourceStatusSystem/New.py",
        f"{SOURCES}/Core/Tornado/Server/TornadoService.py",
        f"{SOURCES}/Core/Base/SQLAlchemyDB.py",
        f"{SOURCES}/Core/Utilities/Deep.py",
        f"{SOURCES}/Core/Utilities/Time.py",
        "setup.cfg",
    ],
)
def test_the_rss_what_it_imports_and_what_is_installed_with_it_count(folder: Path, name: str) -> None:
    assert touched(folder, name)


@pytest.mark.parametrize(
    "name",
    [
        "README.rst",
        f"{SOURCES}/ResourceStatusSystem/test/Test_Inspector.py",
        f"{SOURCES}/Core/Utilities/OnlyInTests.py",
        f"{SOURCES}/TransformationSystem/Agent/Other.py",
    ],
)
def test_documents_tests_and_other_systems_do_not(folder: Path, name: str) -> None:
    assert not touched(folder, name)


def test_what_only_the_older_end_imports_counts_too(folder: Path) -> None:
    commit_change(folder, f"{SOURCES}/Core/Utilities/Deep.py")
    (folder / SOURCES / "Core/Base/SQLAlchemyDB.py").write_text("")
    commit_change(folder, f"{SOURCES}/Core/Base/SQLAlchemyDB.py")
    assert [one.touches_rss for one in commits_of_range(clone_at(folder), "begin", "HEAD")] == [True, True]


def test_a_merge_is_one_commit_with_all_that_it_brought(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "-b", "feature")
    commit_change(folder, f"{SOURCES}/ResourceStatusSystem/New.py")
    commit_change(folder, "README.rst")
    git(folder, "checkout", "--quiet", "main")
    git(folder, "merge", "--quiet", "--no-ff", "--message=merged", "feature")
    (one,) = commits_of_range(clone_at(folder), "begin", "main")
    assert (one.subject, one.touches_rss) == ("merged", True)


def test_a_range_without_commits_says_why(folder: Path) -> None:
    commit_change(folder, "README.rst")
    with pytest.raises(SettingsError, match=r"no commit in main\.\.begin of .*: begin is older than main"):
        commits_of_range(clone_at(folder), "main", "begin")
    with pytest.raises(SettingsError, match="they are the same commit"):
        commits_of_range(clone_at(folder), "main", "HEAD")
    with pytest.raises(SettingsError, match="no commit, tag or branch 'v9'"):
        commits_of_range(clone_at(folder), "v9", "main")


def test_a_range_has_two_ends() -> None:
    assert split_range("v9.0.0..my/branch") == ("v9.0.0", "my/branch")
    for text in ("", "v9", "..v9", "v9..", "v9...v10", "--all..v9"):
        with pytest.raises(SettingsError, match=r"allowed: two commits, tags or branches, as A\.\.B"):
            split_range(text)
