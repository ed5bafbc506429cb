"""Real DIRAC from the index and from a clone of published sources, installed for good."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness import command
from harness.builds import locks
from harness.builds.cache import lock_of
from harness.builds.environment import BuildEnvironment, prepare_build
from harness.builds.package_index import near_releases, published_at, releases_between
from harness.errors import BuildError
from harness.selftest.changed_clone import git

pytestmark = pytest.mark.stack

NEW_MODULE = "src/DIRAC/ResourceStatusSystem/only_here.py"


def ignore(_line: str) -> None:
    pass


def never(line: str) -> None:
    raise AssertionError(f"nothing should be installed: {line}")


@pytest.fixture(scope="module")
def cache(build: BuildEnvironment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of our own that begins with links to the environment of 9.1.22, so that its packages are at hand."""
    kept = build.python.parents[1]
    folder = tmp_path_factory.mktemp("cache")
    shutil.copytree(kept, folder / kept.name, symlinks=True, copy_function=os.link)
    shutil.copy2(kept.parent / "today.json", folder)
    return folder


@pytest.fixture(scope="module")
def clone(dirac_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clone in a folder that has a space and an @ in its name, with a branch whose name has a slash."""
    folder = tmp_path_factory.mktemp("home of me@here") / "my DIRAC"
    git(folder.parent, "clone", "--quiet", str(dirac_clone), folder.name)
    git(folder, "branch", "feature/rss")
    return folder


@pytest.fixture(autouse=True)
def used_by_one_test(cache: Path) -> Iterator[None]:
    """What a test uses is let go with it, as if it were a run of its own."""
    yield
    for lock in list(locks._used):
        if lock.is_relative_to(cache):
            locks.stop_using(lock)


def said_by(build: BuildEnvironment, code: str) -> str:
    done = command.run([build.python, "-c", code], timeout_s=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_commit_is_installed_once_whatever_it_is_called(cache: Path, clone: Path) -> None:
    made = prepare_build(f"{clone}@feature/rss", cache, ignore)
    identity = made.identity
    assert (identity.kind, identity.dirac_version) == ("commit", "9.1.22")
    assert identity.commit == git(clone, "rev-parse", "HEAD")
    assert identity.tree == git(clone, "rev-parse", "HEAD^{tree}")
    assert said_by(made, "import DIRAC; print(DIRAC.version)") == "9.1.22"

    again = prepare_build(f"{clone}@v9.1.22:today", cache, never)
    working = prepare_build(str(clone), cache, never)
    assert made.python == again.python == working.python
    assert working.identity.kind == "working tree"


def test_a_commit_has_the_packages_that_its_release_has_on_that_day(
    cache: Path, clone: Path, build: BuildEnvironment
) -> None:
    made = prepare_build(f"{clone}@v9.1.22", cache, ignore).identity
    assert made.packages == build.identity.packages
    assert made.packages_digest == build.identity.packages_digest
    assert made.packages_before == build.identity.packages_before
    assert made.environment_key != build.identity.environment_key


def test_a_working_tree_is_installed_with_its_changes_and_left_as_it_is(cache: Path, clone: Path) -> None:
    (clone / NEW_MODULE).write_text("where = 'working tree'\n")
    with (clone / "src/DIRAC/__init__.py").open("a") as file:
        file.write("\nedited = True\n")
    status, objects = git(clone, "status", "--porcelain"), git(clone, "count-objects")

    made = prepare_build(str(clone), cache, ignore)

    assert (git(clone, "status", "--porcelain"), git(clone, "count-objects")) == (status, objects)
    git(clone, "stash", "--include-untracked", "--quiet")
    assert said_by(made, "import DIRAC; print(DIRAC.edited, DIRAC.__file__)") == (
        f"True {next(made.python.parents[1].glob('lib/python*/site-packages'))}/DIRAC/__init__.py"
    )
    code = "from DIRAC.ResourceStatusSystem.only_here import where; print(where)"
    assert said_by(made, code) == "working tree"
    assert made.identity.commit == git(clone, "rev-parse", "HEAD")
    assert made.identity.tree != git(clone, "rev-parse", "HEAD^{tree}")
    assert prepare_build(f"{clone}@HEAD", cache, ignore).python != made.python


def test_a_file_of_dirac_that_was_edited_in_the_cache_is_as_installed_again(cache: Path, clone: Path) -> None:
    made = prepare_build(f"{clone}@v9.1.22", cache, ignore)
    locks.stop_using(lock_of(made.python.parents[1]))
    (site,) = made.python.parents[1].glob("lib/python*/site-packages")
    file = site / "DIRAC/ResourceStatusSystem/DB/ResourceStatusDB.py"
    right = file.read_bytes()
    file.write_bytes(right + b"import time; time.sleep(1)\n")

    told: list[str] = []
    prepare_build(f"{clone}@v9.1.22", cache, told.append)
    assert len(told) == 1
    assert "installing" in told[0]
    assert file.read_bytes() == right


def test_sources_that_do_not_install_are_told_with_step_and_last_lines(
    cache: Path, clone: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    git(tmp_path, "clone", "--quiet", str(clone), "broken")
    (broken / "setup.cfg").write_text("[metadata]\nname = DIRAC\n[options]\ninstall_requires = ==\n")
    with pytest.raises(
        BuildError, match=r"build .*broken: step 'build DIRAC' failed with exit code \d+: .*\n.*\n"
    ):
        prepare_build(str(broken), cache, ignore)
    assert not list(cache.glob("*.unfinished"))
    assert not list(cache.glob("snapshot-*"))


def test_code_that_does_not_import_is_told_with_its_traceback(cache: Path, clone: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    git(tmp_path, "clone", "--quiet", str(clone), "broken")
    (broken / "src/DIRAC/__init__.py").write_text("raise ImportError('no such thing')\n")
    with pytest.raises(BuildError, match=r"(?s)step 'import DIRAC' failed.*no such thing"):
        prepare_build(str(broken), cache, ignore)


def test_a_release_that_does_not_exist_is_told_with_those_beside_it(cache: Path) -> None:
    with pytest.raises(
        BuildError, match=r"build 7\.3\.99: .*the package index has no such release; the nearest are 7\.3\."
    ):
        prepare_build("7.3.99", cache, ignore)
    assert not list(cache.glob("7.3.99*/"))


def test_the_index_knows_when_a_release_was_published_and_which_are_beside_another() -> None:
    assert published_at("7.2.52") == datetime(2022, 11, 14, 10, 23, 58, tzinfo=UTC)
    assert near_releases("7.2.1000") == ["7.2.52", "7.3.1"]
    assert releases_between("7.2.50", "7.3.2") == ["7.2.51", "7.2.52", "7.3.1"]
