from __future__ import annotations

from pathlib import Path

import pytest

from harness.builds.spec import BuildSpec, Release, SourceFolder, parse_build
from harness.errors import SettingsError


@pytest.mark.parametrize("version", ["9.1.22", "8.0.86", "9.2.0a1", "10.0.0rc3"])
def test_a_number_is_a_release_with_the_packages_of_today(version: str) -> None:
    assert parse_build(version) == BuildSpec(version, Release(version), "today")


@pytest.mark.parametrize("label", ["today", "released", "2025-03-01"])
def test_a_dependency_set_stands_behind_a_colon(label: str, tmp_path: Path) -> None:
    assert parse_build(f"9.1.22:{label}") == BuildSpec(f"9.1.22:{label}", Release("9.1.22"), label)
    for name, folder in (
        (f"{tmp_path}:{label}", SourceFolder(tmp_path, None)),
        (f"{tmp_path}@v9r1:{label}", SourceFolder(tmp_path, "v9r1")),
    ):
        assert parse_build(name) == BuildSpec(name, folder, label)


@pytest.mark.parametrize("label", ["", "latest", "2025-3-1", "20250301", "2025-02-30", "TODAY"])
@pytest.mark.parametrize("base", ["9.1.22", ".", ".@main"])
def test_another_dependency_set_is_refused_with_those_there_are(base: str, label: str) -> None:
    with pytest.raises(SettingsError, match=r"no such dependency set.*allowed: today, released or a date"):
        parse_build(f"{base}:{label}")


@pytest.mark.parametrize("ref", ["main", "feature/rss", "v9.1.22", "HEAD~2", "HEAD@{1}", "abcdef1"])
def test_behind_the_folder_of_a_clone_stands_a_ref(ref: str, tmp_path: Path) -> None:
    assert parse_build(f"{tmp_path}@{ref}").content == SourceFolder(tmp_path, ref)


@pytest.mark.parametrize("folder", ["with space", "user@host", "a@b@c", "a:b", "x:today"])
def test_a_path_may_hold_what_also_means_something_else(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / folder).mkdir()
    assert parse_build(str(tmp_path / folder)).content == SourceFolder(tmp_path / folder, None)
    assert parse_build(f"{tmp_path / folder}@main:today").content == SourceFolder(tmp_path / folder, "main")
    monkeypatch.chdir(tmp_path)
    assert parse_build(f"./{folder}@main").content == SourceFolder(tmp_path / folder, "main")


def test_paths_are_relative_to_where_one_stands_and_know_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "DIRAC").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DIRAC", "./DIRAC", "~/DIRAC", "DIRAC/", "../" + tmp_path.name + "/DIRAC"):
        assert parse_build(name).content == SourceFolder(tmp_path / "DIRAC", None)
    assert parse_build("DIRAC@main").content == SourceFolder(tmp_path / "DIRAC", "main")
    assert parse_build("~").content == SourceFolder(tmp_path, None)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("/no/such/DIRAC", "/no/such/DIRAC"),
        ("/no/such/DIRAC@main", "/no/such/DIRAC"),
        ("~nobody-here/x", "~nobody"),
    ],
)
def test_a_folder_that_is_not_there_is_named(name: str, folder: str) -> None:
    with pytest.raises(SettingsError, match=rf"there is no folder .*{folder}"):
        parse_build(name)


@pytest.mark.parametrize("ref", ["", "-x", "--all"])
def test_what_git_would_take_for_an_option_is_no_ref(ref: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no commit, tag or branch"):
        parse_build(f"{tmp_path}@{ref}")


@pytest.mark.parametrize(
    "name", ["", "9.1", "v9r1", "latest", "9.1.22 ", "9.1.22; import os", "-r x", "user@host"]
)
def test_what_is_no_build_is_refused_with_the_forms_there_are(name: str) -> None:
    with pytest.raises(
        SettingsError, match=r"not a release of DIRAC, nor a folder; allowed: .*9\.1\.22.*PATH@REF"
    ):
        parse_build(name)
