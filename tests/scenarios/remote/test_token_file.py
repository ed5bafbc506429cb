from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.remote.token_file import read_token


def write(file: Path, text: str, mode: int = 0o600) -> Path:
    file.write_text(text)
    file.chmod(mode)
    return file


def test_the_token_is_the_text_without_white_space(tmp_path: Path) -> None:
    assert read_token(write(tmp_path / "token", "a" * 32 + "\n")) == b"a" * 32


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ValueError, match=r"can be read by others: chmod 600 .*/token"):
        read_token(write(tmp_path / "token", "a" * 32, mode))


def test_a_short_token_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"has 5 characters, 32 are needed; make one with"):
        read_token(write(tmp_path / "token", "short\n"))


def test_a_missing_file_is_named_with_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"token cannot be read: No such file or directory; make one with"):
        read_token(tmp_path / "token")
