"""Which builds lie between two, and what is said when nobody can know."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from harness.builds import build_range, package_index
from harness.builds.build_range import builds_of_range
from harness.builds.package_index import releases_between
from harness.errors import BuildError, SettingsError
from harness.selftest.changed_clone import git
from tests.dirac_sources import make_small_clone


def ignore(_line: str) -> None:
    pass


def names(good: str, bad: str, *named: str, all_commits: bool = False) -> list[str]:
    return [one.name for one in builds_of_range(good, bad, named, all_commits=all_commits, progress=ignore)]


def commit(clone: Path, file: str, text: str) -> str:
    path = clone / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", f"--message={text}")
    return git(clone, "rev-parse", "HEAD")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return make_small_clone(tmp_path / "DIRAC")


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> None:
    def between(first: str, last: str) -> list[str]:
        return [one for one in ("9.1.20", "9.1.21", "9.1.22") if first < one < last]

    monkeypatch.setattr(build_range, "releases_between", between)


def test_commits_that_can_change_the_rss_lie_between_two_oldest_first(clone: Path) -> None:
    good = git(clone, "rev-parse", "HEAD")
    first = commit(clone, "src/DIRAC/ResourceStatusSystem/DB/ResourceStatusDB.py", "first change")
    other = commit(clone, "src/DIRAC/WorkloadManagementSystem/Agent.py", "of another system")
    second = commit(clone, "src/DIRAC/ResourceStatusSystem/DB/ResourceStatusDB.py", "second change")
    told: list[str] = []
    builds = builds_of_range(f"{clone}@v9.1.22", f"{clone}@main", (), all_commits=False, progress=told.append)
    assert [one.commit for one in builds] == [good, first, second]
    assert [one.subject for one in builds] == ["first", "first change", "second change"]
    assert builds[1].name == f"{clone}@{first[:12]}"
    assert (builds[1].author_date or "").startswith("2026-10-26T15:00:00")
    assert told == ["3 commits, 2 of them can change the RSS (--all-commits for all)"]
    assert names(f"{clone}@v9.1.22", f"{clone}@main", all_commits=True) == [
        f"{clone}@{one[:12]}" for one in (good, first, other, second)
    ]


def test_the_bad_end_belongs_to_the_range_whatever_it_touches(clone: Path) -> None:
    good = git(clone, "rev-parse", "HEAD")
    last = commit(clone, "src/DIRAC/WorkloadManagementSystem/Agent.py", "of another system")
    builds = builds_of_range(f"{clone}@v9.1.22", f"{clone}@main", (), all_commits=False, progress=ignore)
    assert [one.commit for one in builds] == [good, last]


def test_the_dependency_set_of_both_ends_is_that_of_all(clone: Path) -> None:
    commit(clone, "src/DIRAC/ResourceStatusSystem/a.py", "a")
    assert all(
        name.endswith(":2025-03-01") for name in names(f"{clone}@v9.1.22:2025-03-01", f"{clone}@main:2025-03-01")
    )
    with pytest.raises(SettingsError, match="other dependency sets"):
        names(f"{clone}@v9.1.22", f"{clone}@main:released")


def test_ends_that_are_no_range_are_told(clone: Path) -> None:
    commit(clone, "src/DIRAC/ResourceStatusSystem/a.py", "a")
    with pytest.raises(SettingsError, match="they are the same commit"):
        names(f"{clone}@main", f"{clone}@HEAD")
    with pytest.raises(SettingsError, match=r"v9\.1\.22 is older than main"):
        names(f"{clone}@main", f"{clone}@v9.1.22")
    with pytest.raises(SettingsError, match="no commit, tag or branch 'nowhere'"):
        names(f"{clone}@v9.1.22", f"{clone}@nowhere")
    with pytest.raises(SettingsError, match=r"two releases and of two commits of one clone .*--build"):
        names("9.1.21", f"{clone}@main")
    with pytest.raises(SettingsError, match=r"two releases and of two commits of one clone"):
        names(f"{clone}@v9.1.22", str(clone))


def test_a_good_end_of_another_branch_is_refused_with_the_commit_that_both_have(clone: Path) -> None:
    base = git(clone, "rev-parse", "HEAD")
    git(clone, "checkout", "--quiet", "-b", "side")
    commit(clone, "src/DIRAC/ResourceStatusSystem/a.py", "a")
    git(clone, "checkout", "--quiet", "main")
    commit(clone, "src/DIRAC/ResourceStatusSystem/b.py", "b")
    with pytest.raises(SettingsError, match=f"side is not part of what main was made from; .*{base[:12]}"):
        names(f"{clone}@side", f"{clone}@main")


@pytest.mark.usefixtures("index")
def test_releases_of_the_index_lie_between_two() -> None:
    assert names("9.1.19", "9.1.22") == ["9.1.19", "9.1.20", "9.1.21", "9.1.22"]
    assert names("9.1.21:released", "9.1.22:released") == ["9.1.21:released", "9.1.22:released"]


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize("bad", ["9.1.9", "9.1.19"])
def test_releases_must_be_in_order(bad: str) -> None:
    with pytest.raises(SettingsError, match="GOOD must be older than BAD"):
        names("9.1.19", bad)


def test_builds_that_are_named_are_taken_as_they_are(clone: Path) -> None:
    between = f"{clone}@main"
    assert names("9.0.28", "9.1.22", "9.1.0", between) == ["9.0.28", "9.1.0", between, "9.1.22"]
    with pytest.raises(SettingsError, match="each build of a range may be named once"):
        names("9.0.28", "9.1.22", "9.1.22")
    with pytest.raises(SettingsError, match="releases must be named oldest first"):
        names("9.0.28", "9.1.22", "9.1.1", "9.1.0")
    with pytest.raises(SettingsError, match="not a release of DIRAC"):
        names("9.0.28", "9.1.22", "nine")


def test_the_index_is_asked_for_one_release_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    known = ["9.1.20", "9.1.21"]

    def answer(requirement: str) -> subprocess.CompletedProcess[str]:
        last = requirement.rpartition("<")[2]
        below = [one for one in known if one < last]
        if below:
            return subprocess.CompletedProcess([], 0, f"dirac=={below[-1]}\n", "")
        return subprocess.CompletedProcess(
            [], 1, "", "and you can conclude that your requirements are unsatisfiable."
        )

    monkeypatch.setattr(package_index, "_compile", answer)
    assert releases_between("9.1.19", "9.1.22") == known


def test_an_index_that_cannot_be_asked_is_no_empty_range(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 2, "", "error: Failed to fetch: connection refused")
    monkeypatch.setattr(package_index, "_compile", lambda _requirement: failed)
    with pytest.raises(
        BuildError, match=r"cannot ask the package index for releases of DIRAC: .*connection refused"
    ):
        releases_between("9.1.19", "9.1.22")
