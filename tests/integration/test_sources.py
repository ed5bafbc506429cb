"""Where DIRAC's tests may come from, and what is said of sources that have none."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from harness.errors import SettingsError
from harness.integration.sources import SUITE, opened_tests
from harness.selftest.changed_clone import git
from tests.dirac_sources import write_small_dirac


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sources with one test, and something that it uses."""
    sources = write_small_dirac(tmp_path / "DI@RAC")
    (sources / SUITE).mkdir(parents=True)
    (sources / SUITE / "Test_One.py").write_text("committed")
    (sources / "tests" / "conftest.py").write_text("options")
    return sources


@pytest.fixture
def clone(folder: Path) -> Path:
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=first")
    git(folder, "tag", "v9.1.22")
    return folder


def texts(sources: str | Path) -> dict[str, str]:
    """The tests and what they use, by path; the copy of them is gone afterwards."""
    with opened_tests(str(sources)) as tests:
        assert [file.name for file in tests.files] == ["Test_One.py"]
        found = {str(path.relative_to(tests.folder)): path.read_text() for path in tests.folder.rglob("*.py")}
    assert not tests.folder.exists()
    return found


EXPECTED = {"tests/conftest.py": "options", str(SUITE / "Test_One.py"): "committed"}


def test_a_folder_is_taken_as_it_is(clone: Path) -> None:
    (clone / SUITE / "Test_One.py").write_text("changed")
    assert texts(clone) == EXPECTED | {str(SUITE / "Test_One.py"): "changed"}


@pytest.mark.parametrize("ref", ["v9.1.22", "main", "HEAD"])
def test_a_commit_is_taken_from_a_clone_whatever_is_in_its_folder(clone: Path, ref: str) -> None:
    (clone / SUITE / "Test_One.py").write_text("changed")
    assert texts(f"{clone}@{ref}") == EXPECTED
    assert git(clone, "status", "--short").split() == ["M", str(SUITE / "Test_One.py")]


def test_a_commit_is_told_with_its_id_and_day(clone: Path) -> None:
    with opened_tests(f"{clone}@main") as tests:
        assert tests.described == f"{clone}@main, commit {git(clone, 'rev-parse', 'HEAD')[:10]} of 2026-10-26"


def test_a_source_distribution_is_unpacked(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "dirac-9.1.22.tar.gz"
    with tarfile.open(archive, "w:gz") as written:
        written.add(folder, "dirac-9.1.22")
    assert texts(archive) == EXPECTED


def test_nothing_of_a_source_distribution_lands_elsewhere(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "bad.tar.gz"
    with tarfile.open(archive, "w:gz") as written:
        written.add(folder / "setup.cfg", "bad/tests/../../../../outside")
    with (
        pytest.raises(SettingsError, match=r"bad\.tar\.gz is no source distribution: .*outside"),
        opened_tests(str(archive)),
    ):
        pytest.fail("opened")


def refused(sources: str | Path) -> str:
    with pytest.raises(SettingsError) as raised, opened_tests(str(sources)):
        pytest.fail("opened")
    return str(raised.value)


def test_what_is_not_there_is_named_with_what_is_allowed(tmp_path: Path) -> None:
    assert refused(tmp_path / "nothing") == (
        f"there are no sources {tmp_path}/nothing; allowed: a git clone with @REF (a commit, tag or branch), "
        "a folder of sources, or a source distribution (.tar.gz)"
    )


def test_sources_without_the_tests_are_named_with_the_folder_they_lack(tmp_path: Path) -> None:
    sources = write_small_dirac(tmp_path / "DIRAC")
    assert refused(sources).startswith(f"{sources} has no tests in tests/Integration/ResourceStatusSystem; ")


def test_a_file_that_is_no_archive_is_named(tmp_path: Path) -> None:
    file = tmp_path / "DIRAC.zip"
    file.write_text("not a tar")
    assert refused(file).startswith(f"{file} is no source distribution: ")


def test_a_ref_that_is_not_there_is_named_with_those_that_are(clone: Path) -> None:
    assert "has no commit, tag or branch '9.1.22'; there is v9.1.22" in refused(f"{clone}@9.1.22")
    assert "is not a git clone, so it has no 'main'" in refused(f"{clone.parent}@main")


def test_of_a_bare_clone_a_commit_must_be_named(clone: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    git(tmp_path, "clone", "--quiet", "--bare", str(clone), str(bare))
    assert refused(bare) == f"{bare} is a bare clone; name a commit, tag or branch of it with @REF"
    assert texts(f"{bare}@main") == EXPECTED
