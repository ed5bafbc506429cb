"""The SQLite reference: one row per message, and an answer with the reason for each that it cannot write."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.stack.dirac_side.sqlite_cache import SqliteCache

TABLE = "ResourceStatusCache"
RECORD = {
    "SiteName": "LCG.Ünnamed's.xx",
    "ResourceName": 'se "one"',
    "Status": "Banned",
    "PreviousStatus": "Active",
    "StatusType": "ReadAccess",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache.sqlite"


@pytest.fixture
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A disk of its own with the mount options of the test."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", request.param, "rssbench-test", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


def insert(file: Path, timeout_s: float = 5.0) -> dict[str, object]:
    answer: dict[str, object] = SqliteCache(str(file), timeout_s).insert(TABLE, RECORD)
    return answer


def test_each_message_is_one_row_with_all_that_it_says(file: Path) -> None:
    assert [insert(file)["OK"], insert(file)["OK"]] == [True, True]
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute(f"SELECT {', '.join(RECORD)}, Time FROM {TABLE}").fetchall()
    assert [row[:-1] for row in found] == [tuple(RECORD.values())] * 2
    assert all(row[-1] for row in found)


def test_a_lock_that_ends_in_time_is_waited_for(file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert insert(file, timeout_s=0.05) == {"OK": False, "Message": "database is locked"}
        other.rollback()
        assert insert(file, timeout_s=0.05)["OK"]


def test_a_lock_that_does_not_end_costs_the_whole_timeout(file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began_s = time.monotonic()
        insert(file, timeout_s=0.2)
    assert 0.2 <= time.monotonic() - began_s < 2


def test_a_folder_that_is_not_there_is_an_answer(tmp_path: Path) -> None:
    assert insert(tmp_path / "nowhere" / "cache.sqlite") == {
        "OK": False,
        "Message": "unable to open database file",
    }


@pytest.mark.stack
@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small disk")
@pytest.mark.parametrize(
    ("disk", "reasons"),
    [
        ("size=8k", {"database or disk is full", "disk I/O error"}),
        ("ro", {"unable to open database file", "attempt to write a readonly database"}),
    ],
    indirect=["disk"],
    ids=["full", "read-only"],
)
def test_a_disk_that_takes_nothing_is_an_answer(disk: Path, reasons: set[str]) -> None:
    answers = [insert(disk / "cache.sqlite") for _ in range(3)]
    assert {answer["Message"] for answer in answers if not answer["OK"]} <= reasons
    assert not answers[-1]["OK"]
