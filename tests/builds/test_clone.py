from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.builds.clone import Clone
from harness.errors import BuildError, SettingsError
from harness.selftest.changed_clone import git
from tests.dirac_sources import make_small_clone


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_small_clone(tmp_path / "my clone")


@pytest.fixture
def clone(folder: Path) -> Clone:
    found = Clone.at(folder)
    assert found
    return found


def test_only_the_top_of_a_clone_is_one(folder: Path, tmp_path: Path) -> None:
    assert Clone.at(tmp_path) is None
    assert Clone.at(folder / "src") is None
    assert Clone.at(folder / ".git") is not None


def test_a_bare_or_shallow_clone_and_a_further_work_tree_are_clones(folder: Path, tmp_path: Path) -> None:
    commit = git(folder, "rev-parse", "HEAD")
    git(tmp_path, "clone", "--quiet", "--bare", str(folder), "bare.git")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{folder}", "shallow")
    git(folder, "worktree", "add", "--quiet", "--detach", str(tmp_path / "second"))
    for name in ("bare.git", "shallow", "second"):
        found = Clone.at(tmp_path / name)
        assert found
        assert found.commit_of("v9.1.22") == commit
    assert found.head() == commit


def test_refs_of_all_kinds_lead_to_their_commit(folder: Path, clone: Clone) -> None:
    commit = git(folder, "rev-parse", "HEAD")
    git(folder, "branch", "feature/rss@2")
    git(folder, "tag", "--annotate", "--message=x", "annotated")
    for ref in ("main", "v9.1.22", "feature/rss@2", "annotated", commit[:8], "HEAD"):
        assert clone.commit_of(ref) == commit


def test_an_unknown_ref_is_told_with_the_clone_and_refs_like_it(folder: Path, clone: Clone) -> None:
    git(folder, "update-ref", "refs/remotes/origin/rss-cache", "HEAD")
    for ref, near in (("rss-cache", "origin/rss-cache"), ("v9.1.23", "v9.1.22"), ("zzzzzzzzz", "main")):
        with pytest.raises(SettingsError, match=rf"my clone has no commit, tag or branch '{ref}'; .*{near}"):
            clone.commit_of(ref)
    blob = git(folder, "rev-parse", "HEAD:setup.cfg")
    with pytest.raises(SettingsError):
        clone.commit_of(blob)


def test_the_version_is_that_of_the_nearest_tag_of_a_release(folder: Path, clone: Clone) -> None:
    assert clone.described("HEAD") == "9.1.22"
    git(folder, "commit", "--quiet", "--allow-empty", "--message=second")
    git(folder, "tag", "v9r1p23")  # a tag of the old style says nothing
    assert clone.described("HEAD") == f"9.1.22+1.g{git(folder, 'rev-parse', '--short', 'HEAD')}"
    git(folder, "tag", "--delete", "v9.1.22")
    assert clone.described("HEAD") is None


def test_the_time_of_a_commit_is_its_committers(clone: Clone) -> None:
    assert clone.committed_at("HEAD") == datetime(2026, 10, 26, 15, tzinfo=UTC)


def test_a_working_tree_is_added_without_touching_the_clone(folder: Path, clone: Clone, tmp_path: Path) -> None:
    (folder / ".gitignore").write_text("*.log\n")
    (folder / "ignored.log").touch()
    (folder / "src/DIRAC/new.py").write_text("new\n")
    (folder / "src/DIRAC/__init__.py").write_text("changed\n")
    (folder / "setup.cfg").unlink()
    git(folder, "add", "--intent-to-add", "src/DIRAC/new.py")
    before = {file: file.read_bytes() for file in (folder / ".git").rglob("*") if file.is_file()}

    tree = clone.add_working_tree(tmp_path / "index", tmp_path / "objects")
    (folder / "src/DIRAC/new.py").write_text("edited while it is installed\n")
    clone.write_out(tree, tmp_path / "written.index", tmp_path / "files")

    assert before == {file: file.read_bytes() for file in (folder / ".git").rglob("*") if file.is_file()}
    written = {
        str(file.relative_to(tmp_path / "files")) for file in (tmp_path / "files").rglob("*") if file.is_file()
    }
    assert written == {".gitignore", "src/DIRAC/__init__.py", "src/DIRAC/new.py"}
    assert (tmp_path / "files/src/DIRAC/new.py").read_text() == "new\n"
    assert (tmp_path / "files/src/DIRAC/__init__.py").read_text() == "changed\n"


def test_an_unchanged_working_tree_is_the_tree_of_its_commit(clone: Clone, tmp_path: Path) -> None:
    assert clone.add_working_tree(tmp_path / "index", tmp_path / "objects") == clone.tree_of("HEAD")


def test_variables_of_a_git_that_called_us_do_not_lead_astray(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_small_clone(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    found = Clone.at(folder)
    assert found
    assert found.work_tree == folder


def test_a_clone_that_git_refuses_to_read_is_told_in_its_words(folder: Path) -> None:
    (folder / ".git" / "config").write_text("[core\n")
    with pytest.raises(BuildError, match=r"git cannot read .*my clone: .*bad config"):
        Clone.at(folder)
