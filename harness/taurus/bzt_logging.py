"""Where bzt's own log lines go."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress


def keep_stdout_for_the_result() -> None:
    """Send bzt's progress to stderr, so that the last line of stdout is the path of the report."""
    for handler in logging.getLogger("").handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stdout:
            handler.setStream(sys.stderr)


def do_without_a_log_on_a_full_disk() -> None:
    """Let bzt.log end where its disk is full; each later line, and its end, would be a traceback of its own."""
    for handler in logging.getLogger("").handlers:
        if isinstance(handler, logging.FileHandler):
            handler.handleError = lambda _record, handler=handler: _end(handler)  # type: ignore[method-assign, misc]


def _end(handler: logging.FileHandler) -> None:
    with suppress(OSError):
        handler.close()
    handler.emit = lambda record: None  # type: ignore[method-assign]  # noqa: ARG005
