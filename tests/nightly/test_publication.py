"""The folder that nights are published in: the last ones, small, replaced as a whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import RssbenchError
from harness.night import Night
from harness.nightly.publication import Publication
from tests.nightly.nights import night


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "public"


def report(tmp_path: Path, text: str) -> Path:
    file = tmp_path / f"{text}.html"
    file.write_text(text)
    return file


def published(folder: Path, *nights: Night, kept: int = 30) -> None:
    for one in nights:
        Publication(folder, kept).publish(one, {}, f"summary of {one.night_id}")


def test_a_night_has_its_reports_a_line_and_a_summary(folder: Path, tmp_path: Path) -> None:
    one = night()
    reports = {"reference": report(tmp_path, "first"), "last night": report(tmp_path, "second")}
    page = Publication(folder, 30).publish(one, reports, "**SAME**")
    assert (folder / one.night_id / "reference.html").read_text() == "first"
    assert (folder / one.night_id / "last-night.html").read_text() == "second"
    assert (folder / "summary.md").read_text() == "**SAME**\n"
    assert page == folder / "index.html"
    assert f'href="{one.night_id}/last-night.html"' in page.read_text()


def test_earlier_nights_stay_below_and_the_oldest_go_with_their_folders(folder: Path) -> None:
    published(folder, *(night(day) for day in range(10, 15)), kept=3)
    listed = json.loads((folder / "nights.json").read_text())["nights"]
    assert [one["night_id"][:10] for one in listed] == ["2026-11-14", "2026-11-13", "2026-11-12"]
    assert sorted(path.name[:10] for path in folder.iterdir() if path.is_dir()) == [
        "2026-11-12",
        "2026-11-13",
        "2026-11-14",
    ]


def test_what_else_stands_in_the_folder_stays(folder: Path) -> None:
    folder.mkdir()
    (folder / "2026").mkdir()
    (folder / "logo.svg").write_text("mine")
    published(folder, night(10), night(11), kept=1)
    assert (folder / "logo.svg").read_text() == "mine"
    assert (folder / "2026").is_dir()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no list of nights"),
        ('{"schema_version": 1, "nights": [], "more": 1}', "is no list of nights"),
        ('{"schema_version": 99, "nights": []}', "has schema version 99, this rssbench reads 1"),
    ],
)
def test_a_list_that_is_none_is_refused_before_anything_is_measured(folder: Path, content: str, said: str) -> None:
    folder.mkdir()
    (folder / "nights.json").write_text(content)
    with pytest.raises(RssbenchError, match=said):
        Publication(folder, 30)
    assert (folder / "nights.json").read_text() == content


def test_a_list_cannot_have_other_folders_removed(folder: Path) -> None:
    published(folder, night(10))
    file = folder / "nights.json"
    file.write_text(file.read_text().replace(night(10).night_id, ".."))
    with pytest.raises(RssbenchError, match=r"'\.\.' is no night"):
        Publication(folder, 1)


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RssbenchError, match=r"cannot write .*file/public"):
        Publication(tmp_path / "file" / "public", 30)
