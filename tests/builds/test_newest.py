"""The newest DIRAC: from the index, from a URL that is kept as a clone, from a clone and its remote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.builds.cache import prune
from harness.builds.newest import newest_build
from harness.builds.source import KEPT_PREFIX
from harness.builds.spec import Release, SourceFolder, parse_build
from harness.errors import BuildError, SettingsError
from tests.dirac_sources import git, make_small_clone


def ignore(_line: str) -> None:
    pass


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """A repository with a branch ``integration`` that is one commit ahead of main."""
    folder = make_small_clone(tmp_path / "upstream")
    git(folder, "checkout", "--quiet", "-b", "integration")
    commit(folder, "second")
    git(folder, "checkout", "--quiet", "main")
    return folder


def commit(folder: Path, message: str) -> str:
    git(folder, "commit", "--quiet", "--allow-empty", f"--message={message}")
    return git(folder, "rev-parse", "HEAD")


def newest_of(folder: Path, branch: str = "integration") -> str:
    return git(folder, "rev-parse", branch)


def test_a_url_is_kept_as_a_bare_clone_and_brought_up_to_date(upstream: Path, tmp_path: Path) -> None:
    cache, url = tmp_path / "cache", f"file://{upstream}"
    first = newest_build(url, "integration", cache, ignore)
    kept, _, found = first.rpartition("@")
    assert found == newest_of(upstream)
    assert Path(kept).parent == cache
    assert Path(kept).name.startswith(KEPT_PREFIX)
    git(upstream, "checkout", "--quiet", "integration")
    later = commit(upstream, "third")
    assert newest_build(url, "integration", cache, ignore) == f"{kept}@{later}"
    content = parse_build(first).content
    assert isinstance(content, SourceFolder)
    assert (content.path, content.ref) == (Path(kept), found)


def test_a_kept_clone_that_is_not_fetched_any_more_goes_with_old_builds(upstream: Path, tmp_path: Path) -> None:
    cache, day = tmp_path / "cache", timedelta(days=1)
    kept = Path(newest_build(f"file://{upstream}", "integration", cache, ignore).rpartition("@")[0])
    now = datetime.now(UTC)
    assert prune(cache, day, now).removed == []
    assert prune(cache, day, now + 2 * day).removed == [kept.name]
    assert list(cache.iterdir()) == []


def test_a_branch_whose_history_was_written_anew_is_followed(upstream: Path, tmp_path: Path) -> None:
    url = f"file://{upstream}"
    newest_build(url, "integration", tmp_path / "cache", ignore)
    git(upstream, "branch", "--force", "integration", "main")
    found = newest_build(url, "integration", tmp_path / "cache", ignore)
    assert found.endswith(f"@{newest_of(upstream, 'main')}")


def test_the_tags_come_along_for_the_version(upstream: Path, tmp_path: Path) -> None:
    kept = newest_build(f"file://{upstream}", "integration", tmp_path / "cache", ignore).rpartition("@")[0]
    assert git(Path(kept), "tag") == "v9.1.22"


def test_a_clone_asks_its_remote_and_keeps_its_own_branches(upstream: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--branch=integration", str(upstream), "mine")
    mine = tmp_path / "mine"
    own = commit(mine, "my work")
    git(upstream, "checkout", "--quiet", "integration")
    later = commit(upstream, "third")
    assert newest_build(str(mine), "integration", tmp_path / "cache", ignore) == f"{mine}@{later}"
    assert newest_of(mine) == own


def test_a_clone_without_a_remote_has_the_branch_itself(upstream: Path, tmp_path: Path) -> None:
    assert newest_build(str(upstream), "integration", tmp_path / "cache", ignore) == (
        f"{upstream}@{newest_of(upstream)}"
    )


def test_a_branch_that_is_not_there_is_refused_with_those_that_are(upstream: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no commit, tag or branch 'heads/integratoin'; .*integration"):
        newest_build(str(upstream), "integratoin", tmp_path / "cache", ignore)
    with pytest.raises(BuildError, match=r"git cannot fetch .*integratoin.*check network, URL and branch"):
        newest_build(f"file://{upstream}", "integratoin", tmp_path / "cache", ignore)


def test_a_remote_that_cannot_be_reached_is_told_in_the_words_of_git(upstream: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(upstream), "mine")
    upstream.rename(tmp_path / "moved")
    for sources in (str(tmp_path / "mine"), f"file://{upstream}", "http://127.0.0.1:9/DIRAC"):
        with pytest.raises(BuildError, match="git cannot fetch"):
            newest_build(sources, "integration", tmp_path / "cache", ignore)


def test_a_folder_that_is_no_clone_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        with pytest.raises(SettingsError, match="is no git clone; allowed: a clone's folder, or a URL"):
            newest_build(str(folder), "integration", tmp_path / "cache", ignore)


@pytest.mark.parametrize(
    "url", ["https://me:secret@example.org/DIRAC", "https://secret@example.org/DIRAC", "ssh://me:secret@h/DIRAC"]
)
def test_a_url_with_a_secret_is_refused_and_not_repeated(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="credential helpers") as refused:
        newest_build(url, "integration", tmp_path / "cache", ignore)
    assert "secret" not in str(refused.value)


@pytest.mark.stack
def test_the_index_knows_the_newest_release(tmp_path: Path) -> None:
    found = parse_build(newest_build(None, "integration", tmp_path, ignore)).content
    assert isinstance(found, Release)
    assert tuple(map(int, found.version.split("."))) >= (9, 1, 22)


def test_an_index_that_cannot_be_reached_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(
        BuildError, match=r"cannot ask the package index for the newest release.*check the network"
    ):
        newest_build(None, "integration", tmp_path, ignore)
