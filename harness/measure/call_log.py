"""The calls that the services of a stack have begun to serve, read from their log."""

from __future__ import annotations

import re
from pathlib import Path

# BaseRequestHandler._executeMethod of DIRAC's Tornado server writes it so, in 8.0 as in 9.1: after time and
# component come peer, group and user, then system, service and method.
_SERVED = re.compile(rb" NOTICE: Incoming request [^\n]* [^\s/]+/(?:Tornado)?(\w+): (\w+)\r?$", re.MULTILINE)

# The line that the same writes before the traceback of an exception, which the caller is not told about.
_FAILED = re.compile(rb" ERROR: Exception serving request [^\n]*?:(\w+\([^\n]*\))\r?$", re.MULTILINE)


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
        found = _SERVED.findall(self._written())
        return tuple(f"{service.decode()}.{method.decode()}" for service, method in found)

    def exception(self) -> str | None:
        """The first exception that ended a call since :meth:`clear`, as Python writes it: ``KeyError('self')``."""
        found = _FAILED.search(self._written())
        return found[1].decode(errors="replace") if found else None

    def _written(self) -> bytes:
        with self._log_file.open("rb") as log:
            log.seek(self._position_bytes)
            return log.read()
