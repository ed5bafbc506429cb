"""How our failures leave bzt: its exit code says which kind, its log shows the message and no traceback."""

from __future__ import annotations

from bzt import RCProvider, TaurusException

#: What ``rssbench`` and bzt exit with when the harness or a stack failed.
EXIT_FAILED = 4


class JobFailed(TaurusException, RCProvider):  # type: ignore[misc]
    """The harness or a stack failed; the message says what happened, where and what to do."""

    def get_rc(self) -> int:
        return EXIT_FAILED
