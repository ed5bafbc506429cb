from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.builds import locks
from harness.builds.cache import intact_environment, lock_of
from harness.builds.environment import prepare_build, prepare_builds
from harness.errors import BuildError, SettingsError
from tests.builds.made_environment import RELEASE, key_of, make_environment


def ignore(_line: str) -> None:
    pass


@pytest.fixture(autouse=True)
def used_by_one_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process uses is let go with the test."""
    monkeypatch.setattr(locks, "_used", {})


@pytest.fixture
def no_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing can be installed: an environment that is not there stays away."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")


def test_a_complete_build_is_used_without_asking_the_index(tmp_path: Path, no_index: None) -> None:
    directory = make_environment(tmp_path)

    build = prepare_build(RELEASE, tmp_path, ignore)

    assert build.python == directory / "bin" / "python"
    identity = build.identity
    assert (identity.name, identity.kind, identity.dirac_version) == (RELEASE, "release", RELEASE)
    assert (identity.dependency_set, identity.packages_before) == ("today", "2026-11-20T00:00:00+00:00")
    assert identity.environment_key == directory.name
    assert (identity.commit, identity.tree) == (None, None)
    assert locks.is_used_here(lock_of(directory))


def test_spelling_of_package_names_does_not_matter(tmp_path: Path, no_index: None) -> None:
    directory = make_environment(tmp_path, {"dirac": RELEASE, "Ruamel.Yaml": "1"})
    site = directory / "lib/python3.11/site-packages"
    (site / "Ruamel.Yaml-1.dist-info").rename(site / "ruamel_yaml-1.dist-info")
    assert prepare_build(RELEASE, tmp_path, ignore).identity.packages == {"dirac": RELEASE, "Ruamel.Yaml": "1"}


def test_a_build_without_marker_is_removed_not_used(tmp_path: Path, no_index: None) -> None:
    directory = make_environment(tmp_path)
    (directory / "build.json").unlink()

    with pytest.raises(BuildError, match=r"build 9\.1\.22: step 'install DIRAC' failed with exit code .*index"):
        prepare_build(RELEASE, tmp_path, ignore)

    assert not directory.exists()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "another version": lambda site: (site / "typing_extensions-4.1.dist-info").rename(
        site / "typing_extensions-4.2.dist-info"
    ),
    "a package gone": lambda site: (site / "typing_extensions-4.1.dist-info").rmdir(),
    "a package more": lambda site: (site / "new_package-1.dist-info").mkdir(),
    "a file edited": lambda site: (site / "DIRAC/__init__.py").write_text("edited\n"),
    "a file cut": lambda site: (site / "DIRAC/Core/Defaults.py").write_text(""),
    "a file gone": lambda site: (site / "DIRAC/Core/Defaults.py").unlink(),
    "a file more": lambda site: (site / "DIRAC/Core/added.py").touch(),
    "a record edited": lambda site: (site / f"dirac-{RELEASE}.dist-info/RECORD").write_text("DIRAC/__init__.py,,"),
    "no interpreter": lambda site: (site / "../../../bin/python").unlink(),
    "a broken marker": lambda site: (site / "../../../build.json").write_text('{"name": "9.1'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_build_that_is_not_as_it_was_installed_is_made_anew(tmp_path: Path, no_index: None, damage: str) -> None:
    directory = make_environment(tmp_path)
    assert intact_environment(directory)
    DAMAGES[damage](directory / "lib/python3.11/site-packages")
    with pytest.raises(BuildError, match="install DIRAC"):
        prepare_build(RELEASE, tmp_path, ignore)


def test_what_this_run_uses_already_is_not_made_anew_under_it(tmp_path: Path, no_index: None) -> None:
    directory = make_environment(tmp_path)
    prepare_build(RELEASE, tmp_path, ignore)
    (directory / "lib/python3.11/site-packages/DIRAC/__init__.py").write_text("edited\n")
    with pytest.raises(BuildError, match="was changed while this run uses it"):
        prepare_build(RELEASE, tmp_path, ignore)
    assert directory.exists()


def test_who_comes_second_waits_and_uses_what_the_first_installed(tmp_path: Path, no_index: None) -> None:
    lines: list[str] = []
    waiting = threading.Event()

    def progress(line: str) -> None:
        lines.append(line)
        waiting.set()

    def wait() -> None:
        prepared.append(prepare_build(RELEASE, tmp_path, progress))

    prepared: list[object] = []
    second = threading.Thread(target=wait)
    with locks.changing(tmp_path / f"{key_of(tmp_path)}.lock", lambda: None):
        second.start()
        assert waiting.wait(10)
        make_environment(tmp_path)
    second.join(10)

    assert len(prepared) == 1
    assert lines == ["waiting for another run that installs the same build"]


def test_builds_that_are_compared_have_their_packages_from_one_day(tmp_path: Path, no_index: None) -> None:
    (tmp_path / "today.json").write_text('{"before":"2026-11-20T00:00:00Z"}')
    for release in ("9.1.21", "9.1.22"):
        make_environment(tmp_path, {"dirac": release}, release=release)
    one, other = prepare_builds(["9.1.21", "9.1.22"], tmp_path, ignore)
    assert one.identity.packages_before == other.identity.packages_before
    assert one.identity.environment_key != other.identity.environment_key
    with pytest.raises(BuildError, match="step 'install DIRAC'"):  # of a new day: to be made
        prepare_builds(["9.1.21", "9.1.22"], tmp_path, ignore, refresh=True)


def test_the_same_build_twice_is_one_environment(tmp_path: Path, no_index: None) -> None:
    make_environment(tmp_path)
    one, other = prepare_builds([RELEASE, f"{RELEASE}:today"], tmp_path, ignore)
    assert one.python == other.python
    assert (one.identity.name, other.identity.name) == (RELEASE, f"{RELEASE}:today")


def test_a_day_to_come_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="has not come yet"):
        prepare_build(f"{RELEASE}:9999-01-01", tmp_path, ignore)


def test_a_cache_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BuildError, match=r"cannot use .*/file/cache"):
        prepare_build(RELEASE, tmp_path / "file" / "cache", ignore)
