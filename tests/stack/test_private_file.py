from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from harness.stack.private_file import write_private


def test_only_its_owner_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_private(tmp_path / "secret", "text")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert (tmp_path / "secret").read_text() == "text"


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("of somebody else")
    with pytest.raises(FileExistsError):
        write_private(tmp_path / "file", "text")
    assert (tmp_path / "file").read_text() == "of somebody else"
