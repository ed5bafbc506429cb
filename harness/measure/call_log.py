"""The calls that the services of a stack have begun to serve, read from their log."""

from __future__ import annotations

import re
from pathlib import Path

# BaseRequestHandler._executeMethod of DIRAC's Tornado server writes it so, in 8.0 as in 9.1: after time and
# component come peer, group and user, then system, service and method.
_SERVED = re.compile(rb" NOTICE: Incoming request [^\n]* [^\s/]+/(?:Tornado)?(\w+): (\w+)\r?$", re.MULTILINE)


class CallLog:
    """Counts from the outside: DIRAC writes a line before it serves a call, so an answer comes after its line, and
    those of all calls that were made to find it.

    Only calls to services that write to ``log_file`` are seen, at DIRAC's log level NOTICE or below.
    """

    def __init__(self, log_file: Path) -> None:
        self._log_file = log_file
        self._position_bytes = 0

    def clear(self) -> None:
        """Forget what was served until now."""
        self._position_bytes = self._log_file.stat().st_size

    def served(self) -> tuple[str, ...]:
        """``<service>.<method>`` of each call since :meth:`clear`, in the order in which they began."""
        with self._log_file.open("rb") as log:
            log.seek(self._position_bytes)
            written = log.read()
        return tuple(f"{service.decode()}.{method.decode()}" for service, method in _SERVED.findall(written))
