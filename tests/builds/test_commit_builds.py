from __future__ import annotations

from pathlib import Path

import pytest

from harness.builds.commit_builds import builds_of_range
from harness.errors import SettingsError
from tests.dirac_sources import git, make_small_clone

RSS = "src/DIRAC/ResourceStatusSystem/DB.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """v9.1.22, then seven commits of which the second and the fifth touch the RSS."""
    clone = make_small_clone(tmp_path / "DIRAC")
    for number in range(1, 8):
        file = clone / (RSS if number in (2, 5) else "README.rst")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {number}\n")
        git(clone, "add", "--all")
        git(clone, "commit", "--quiet", f"--message=commit {number}")
    return clone


def subjects(folder: Path, every: int | None) -> list[str | None]:
    return [one.subject for one in builds_of_range(folder, "v9.1.22..main", every)]


def test_the_begin_and_the_commits_that_touch_the_rss_are_builds(folder: Path) -> None:
    assert subjects(folder, None) == ["v9.1.22", "commit 2", "commit 5"]
    begin, second, _ = builds_of_range(folder, "v9.1.22..main", None)
    assert begin.name == f"{folder}@{git(folder, 'rev-parse', 'v9.1.22')[:12]}"
    assert second.name == f"{folder}@{git(folder, 'rev-parse', 'main~5')[:12]}"


def test_every_nth_is_counted_from_the_newest(folder: Path) -> None:
    assert subjects(folder, 3) == ["v9.1.22", "commit 1", "commit 4", "commit 7"]
    assert subjects(folder, 100) == ["v9.1.22", "commit 7"]


def test_a_range_without_builds_says_how_to_get_some(folder: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"of the 2 commits in main~2\.\.main none touches the RSS .*--every 1"
    ):
        builds_of_range(folder, "main~2..main", None)
    with pytest.raises(SettingsError, match=r"no commit in main\.\.v9\.1\.22"):
        builds_of_range(folder, "main..v9.1.22", 1)


def test_a_folder_that_is_no_clone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"--clone: .* is not the top of a git clone"):
        builds_of_range(tmp_path, "a..b", None)
