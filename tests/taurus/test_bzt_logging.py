"""bzt's log lines leave stdout to the result, and do without a file on a full disk."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.taurus.bzt_logging import do_without_a_log_on_a_full_disk, keep_stdout_for_the_result


@pytest.fixture
def root_handlers() -> Iterator[list[logging.Handler]]:
    """The handlers of the root logger, put back afterwards."""
    root = logging.getLogger("")
    before = root.handlers[:]
    yield root.handlers
    root.handlers[:] = before


def test_progress_goes_to_stderr_and_other_streams_stay(root_handlers: list[logging.Handler]) -> None:
    file = io.StringIO()
    console, log = logging.StreamHandler(sys.stdout), logging.StreamHandler(file)
    root_handlers[:] = [console, log]
    keep_stdout_for_the_result()
    assert console.stream is sys.stderr
    assert log.stream is file


def test_a_log_on_a_full_disk_ends_without_a_word(
    root_handlers: list[logging.Handler], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bzt.log").symlink_to("/dev/full")
    other = logging.FileHandler(tmp_path / "other.log")
    log = logging.FileHandler(tmp_path / "bzt.log")
    root_handlers[:] = [log, other]
    do_without_a_log_on_a_full_disk()
    for line in ("first", "second"):
        logging.getLogger("").warning(line)
    for handler in (log, other):
        handler.close()
    assert capfd.readouterr().err == ""
    assert (tmp_path / "other.log").read_text() == "first\nsecond\n"
