from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest
from filelock import FileLock

from harness.builds.environment import environment_key, installed_builds, prepare_build
from harness.builds.spec import parse_build
from harness.model import BuildError, BuildIdentity

RELEASE = "9.1.22"
KEY = environment_key(parse_build(RELEASE))


def ignore(_line: str) -> None:
    pass


def make_build(cache: Path, *, packages: dict[str, str]) -> Path:
    """What a finished installation leaves: an interpreter, metadata directories, and last the marker."""
    directory = cache / KEY
    site = directory / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    for name, version in packages.items():
        (site / f"{name}-{version}.dist-info").mkdir()
    (directory / "bin").mkdir()
    (directory / "bin" / "python").touch()
    identity = BuildIdentity(RELEASE, RELEASE, "set", "3.11", KEY, packages)
    (directory / "build.json").write_bytes(msgspec.json.encode(identity))
    return directory


@pytest.fixture
def no_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing can be installed: an environment that is not there stays away."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")


def test_a_complete_build_is_used_without_asking_the_index(tmp_path: Path, no_index: None) -> None:
    directory = make_build(tmp_path, packages={"dirac": RELEASE, "typing_extensions": "4.1"})

    build = prepare_build(RELEASE, tmp_path, ignore)

    assert build.python == directory / "bin" / "python"
    assert build.identity.dirac_version == RELEASE
    assert installed_builds(tmp_path) == [RELEASE]


def test_spelling_of_package_names_does_not_matter(tmp_path: Path, no_index: None) -> None:
    directory = make_build(tmp_path, packages={"Ruamel.Yaml": "1"})
    (directory / "lib/python3.11/site-packages/Ruamel.Yaml-1.dist-info").rename(
        directory / "lib/python3.11/site-packages/ruamel_yaml-1.dist-info"
    )
    assert prepare_build(RELEASE, tmp_path, ignore).identity.packages == {"Ruamel.Yaml": "1"}


def test_a_build_without_marker_is_removed_not_used(tmp_path: Path, no_index: None) -> None:
    directory = make_build(tmp_path, packages={"dirac": RELEASE})
    (directory / "build.json").unlink()

    with pytest.raises(BuildError, match="step 'install the packages' failed"):
        prepare_build(RELEASE, tmp_path, ignore)

    assert not directory.exists()
    assert installed_builds(tmp_path) == []


def test_a_build_that_lost_or_changed_a_package_is_made_anew(tmp_path: Path, no_index: None) -> None:
    directory = make_build(tmp_path, packages={"dirac": RELEASE, "sqlalchemy": "2.1.9"})
    site = directory / "lib/python3.11/site-packages"
    (site / "sqlalchemy-2.1.9.dist-info").rename(site / "sqlalchemy-2.0.0.dist-info")

    with pytest.raises(BuildError):
        prepare_build(RELEASE, tmp_path, ignore)


def test_a_broken_marker_counts_as_none(tmp_path: Path) -> None:
    directory = make_build(tmp_path, packages={"dirac": RELEASE})
    (directory / "build.json").write_text('{"name": "9.1')
    assert installed_builds(tmp_path) == []


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
    with FileLock(tmp_path / f"{KEY}.lock"):
        second.start()
        assert waiting.wait(10)
        make_build(tmp_path, packages={"dirac": RELEASE})
    second.join(10)

    assert len(prepared) == 1
    assert lines == ["waiting for another run that installs the same build"]


def test_releases_have_environments_of_their_own() -> None:
    assert environment_key(parse_build("9.1.22")) != environment_key(parse_build("9.1.21"))


def test_a_cache_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BuildError, match=r"cannot use .*/file/cache"):
        prepare_build(RELEASE, tmp_path / "file" / "cache", ignore)


@pytest.mark.stack
def test_a_release_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"build 7\.77\.77: .*the package index has no such release"):
        prepare_build("7.77.77", tmp_path, ignore)
    assert not list(tmp_path.glob("7.77.77*/"))
