"""How our failures leave bzt: its exit code says which kind, its log shows the message and no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bzt import RCProvider, TaurusException

from harness.errors import RssbenchError

#: What ``rssbench`` and bzt exit with when the harness or a stack failed.
EXIT_FAILED = 4


class JobFailed(TaurusException, RCProvider):  # type: ignore[misc]
    """The harness or a stack failed; the message says what happened, where and what to do."""

    def get_rc(self) -> int:
        return EXIT_FAILED


@contextmanager
def failing_the_job() -> Iterator[None]:
    """Let an error of ours leave as the one that bzt shows without a traceback and ends with our exit code for."""
    try:
        yield
    except RssbenchError as error:
        raise JobFailed(str(error)) from error
