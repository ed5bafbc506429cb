"""A copied data directory is the same to its server, and as small as what was written."""

from __future__ import annotations

import os
from pathlib import Path

from harness.stack.data_directory import copy_data_directory

MEGABYTE = 1 << 20


def test_every_file_is_there_with_its_bytes(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "ResourceStatusDB").mkdir(parents=True)
    contents = {
        "ibdata1": os.urandom(3 * MEGABYTE + 17),
        "ib_logfile0": os.urandom(100) + bytes(8 * MEGABYTE) + os.urandom(5) + bytes(MEGABYTE + 1),
        "ResourceStatusDB/SiteStatus.ibd": b"rows",
        "empty": b"",
    }
    for name, content in contents.items():
        (source / name).write_bytes(content)
    given: list[Path] = []
    copy_data_directory(source, tmp_path / "target", given.append)
    copied = {
        str(file.relative_to(tmp_path / "target")): file.read_bytes()
        for file in (tmp_path / "target").rglob("*")
        if file.is_file()
    }
    assert copied == contents
    assert {*given} == {tmp_path / "target", *(tmp_path / "target").rglob("*")}


def test_zeros_take_no_room(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "ib_logfile0").write_bytes(b"x" + bytes(32 * MEGABYTE))
    copy_data_directory(source, tmp_path / "target", lambda _path: None)
    found = (tmp_path / "target" / "ib_logfile0").stat()
    assert found.st_size == 32 * MEGABYTE + 1
    assert found.st_blocks * 512 <= 2 * MEGABYTE


def test_what_every_start_makes_is_left_out_and_what_is_private_stays_so(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir(mode=0o700)
    (source / "ibtmp1").write_bytes(b"x")
    copy_data_directory(source, tmp_path / "target", lambda _path: None)
    assert list((tmp_path / "target").iterdir()) == []
    assert (tmp_path / "target").stat().st_mode & 0o777 == 0o700
