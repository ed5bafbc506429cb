from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.builds.source import Source, check_build, opened_source
from harness.builds.spec import parse_build
from harness.errors import SettingsError
from harness.selftest.changed_clone import git
from tests.dirac_sources import make_small_clone, write_small_dirac


def source_of(name: str, cache: Path) -> Source:
    with opened_source(parse_build(name), cache) as source:
        return source


def test_a_release_is_known_by_its_number_and_its_day_by_the_index(tmp_path: Path) -> None:
    assert source_of("9.1.22", tmp_path) == Source("release", "9.1.22", "9.1.22", None, None, None)


def test_a_commit_and_an_unchanged_working_tree_have_the_same_content(tmp_path: Path) -> None:
    clone = make_small_clone(tmp_path / "clone")
    committed, working = source_of(f"{clone}@main", tmp_path), source_of(str(clone), tmp_path)
    assert committed.content == working.content == git(clone, "rev-parse", "HEAD^{tree}")
    assert (committed.kind, working.kind) == ("commit", "working tree")
    for source in (committed, working):
        assert source.commit == git(clone, "rev-parse", "HEAD")
        assert (source.version, source.day) == ("9.1.22", datetime(2026, 10, 26, 15, tzinfo=UTC))


def test_any_edit_makes_another_content(tmp_path: Path) -> None:
    clone = make_small_clone(tmp_path / "clone")
    contents = [source_of(str(clone), tmp_path).content]
    (clone / "src/DIRAC/__init__.py").write_text("version = 'large'\n")
    contents.append(source_of(str(clone), tmp_path).content)
    (clone / "src/DIRAC/untracked.py").touch()
    contents.append(source_of(str(clone), tmp_path).content)
    assert len(set(contents)) == 3
    assert source_of(f"{clone}@HEAD", tmp_path).content == contents[0]


def test_a_folder_without_git_has_the_version_of_its_package_information_and_is_of_today(tmp_path: Path) -> None:
    folder = write_small_dirac(tmp_path / "DIRAC-9.1.20")
    (folder / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: DIRAC\nVersion: 9.1.20\n")
    before = datetime.now(UTC)
    source = source_of(str(folder), tmp_path)
    assert (source.kind, source.version, source.commit) == ("working tree", "9.1.20", None)
    assert source.day
    assert before <= source.day <= datetime.now(UTC)
    assert not (folder / ".git").exists()
    copy = shutil.copytree(folder, tmp_path / "elsewhere")
    assert source_of(str(copy), tmp_path).content == source.content


@pytest.mark.parametrize(
    ("notes", "version"), [("[v9.0.0a31]", "9.0.0a31"), ("\n[v7r3p38]\n\n[v7r3p37]", "7.3.38")]
)
def test_a_clone_without_its_tags_has_the_version_of_its_release_notes(
    tmp_path: Path, notes: str, version: str
) -> None:
    clone = make_small_clone(tmp_path / "clone")
    git(clone, "tag", "--delete", "v9.1.22")
    (clone / "release.notes").write_text(notes + "\n\n*Core\n")
    source = source_of(str(clone), tmp_path)
    assert source.version == f"{version}+{source.content[:10]}"


def test_a_folder_inside_a_clone_of_something_else_is_a_folder_of_its_own(tmp_path: Path) -> None:
    make_small_clone(tmp_path / "home")
    folder = write_small_dirac(tmp_path / "home" / "DIRAC")
    assert source_of(str(folder), tmp_path).commit is None


def test_a_snapshot_is_written_out_as_it_was_and_goes_away(tmp_path: Path) -> None:
    clone = make_small_clone(tmp_path / "clone")
    with opened_source(parse_build(str(clone)), tmp_path) as source:
        (clone / "src/DIRAC/__init__.py").write_text("edited while it is installed\n")
        files = source.write_out()
        assert files
        assert (files / "src/DIRAC/__init__.py").read_text() == "version = 'small'\n"
    assert not list(tmp_path.glob("snapshot-*"))


def test_a_commit_of_a_bare_or_shallow_clone_is_written_out(tmp_path: Path) -> None:
    clone = make_small_clone(tmp_path / "clone")
    git(tmp_path, "clone", "--quiet", "--bare", str(clone), "bare.git")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{clone}", "shallow")
    for name in ("bare.git", "shallow"):
        with opened_source(parse_build(f"{tmp_path / name}@v9.1.22"), tmp_path) as source:
            files = source.write_out()
            assert files
            assert (files / "setup.cfg").exists()


def remove(clone: Path, name: str) -> None:
    git(clone, "rm", "--quiet", "-r", name)
    git(clone, "commit", "--quiet", "--message=removed")


@pytest.mark.parametrize(
    ("removed", "told"),
    [
        ("src", r"is no DIRAC: it has no src/DIRAC/__init__\.py"),
        ("setup.cfg", "cannot be installed: it has no setup.cfg"),
    ],
)
def test_what_holds_no_dirac_is_told_before_anything_is_installed(tmp_path: Path, removed: str, told: str) -> None:
    clone = make_small_clone(tmp_path / "clone")
    remove(clone, removed)
    for name in (str(clone), f"{clone}@main"):
        with pytest.raises(SettingsError, match=rf"build '.*': .*{told}"):
            check_build(parse_build(name))
        with pytest.raises(SettingsError, match=told):
            source_of(name, tmp_path)


def test_what_is_ignored_is_no_part_of_a_build(tmp_path: Path) -> None:
    clone = make_small_clone(tmp_path / "clone")
    git(clone, "rm", "--quiet", "--cached", "setup.cfg")
    (clone / ".gitignore").write_text("setup.cfg\n")
    with pytest.raises(SettingsError, match=r"cannot be installed: it has no setup\.cfg"):
        source_of(str(clone), tmp_path)


def test_a_ref_needs_a_clone_and_a_bare_clone_needs_a_ref(tmp_path: Path) -> None:
    folder = write_small_dirac(tmp_path / "plain")
    with pytest.raises(SettingsError, match="plain is not a git clone, so it has no 'main'"):
        check_build(parse_build(f"{folder}@main"))
    clone = make_small_clone(tmp_path / "clone")
    git(tmp_path, "clone", "--quiet", "--bare", str(clone), "bare.git")
    with pytest.raises(SettingsError, match="is a bare clone; name a commit of it with @REF"):
        check_build(parse_build(str(tmp_path / "bare.git")))


def test_an_unknown_ref_is_a_wrong_setting_that_names_the_build(tmp_path: Path) -> None:
    clone = make_small_clone(tmp_path / "clone")
    with pytest.raises(SettingsError, match=r"build '.*clone@v9\.1\.2': .*no commit, tag or branch 'v9\.1\.2'"):
        check_build(parse_build(f"{clone}@v9.1.2"))
