"""The calls that the services of a stack have begun to serve, read from their logs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

# BaseRequestHandler._executeMethod of DIRAC's Tornado server writes it so, in 8.0 as in 9.1: after time and
# component come peer, group and user, then system, service and method.
_SERVED = re.compile(rb" NOTICE: Incoming request [^\n]* [^\s/]+/(?:Tornado)?(\w+): (\w+)\r?$", re.MULTILINE)

# The line that the same writes before the traceback of an exception, which the caller is not told about.
_FAILED = re.compile(rb" ERROR: Exception serving request [^\n]*?:(\w+\([^\n]*\))\r?$", re.MULTILINE)
# RequestHandler.__logRemoteQuery of DISET, in 7.2 as in 9.1: after time and component come peer, group and user.
_EXECUTED = re.compile(rb" NOTICE: Executing action [^\n]* RPC/(\w+)\(", re.MULTILINE)


class CallLog:
    """Counts from the outside: DIRAC writes a line before it serves a call, so an answer comes after its line, and
    those of all calls that were made to find it.

    Only calls to services that write to ``log_files``, named by service, are seen, at DIRAC's log level NOTICE or
    below. Behind https all write to the same file.
    """

    def __init__(self, log_files: Mapping[str, Path]) -> None:
        self._log_files = log_files
        self._position_bytes = dict.fromkeys(log_files.values(), 0)

    def clear(self) -> None:
        """Forget what was served until now."""
        self._position_bytes = {file: file.stat().st_size for file in self._position_bytes}

    def served(self, called: str) -> tuple[str, ...]:
        """``<service>.<method>`` of each call since :meth:`clear`: of one file in the order in which they began,
        the file of the service ``called`` first; DIRAC's times of day do not tell the order between files."""
        first = self._log_files[called]
        found: list[str] = []
        for file in sorted(self._position_bytes, key=lambda file: file != first):
            written = self._written(file)
            found += (f"{service.decode()}.{method.decode()}" for service, method in _SERVED.findall(written))
            found += (f"{self._service_of(file)}.{method.decode()}" for method in _EXECUTED.findall(written))
        return tuple(found)

    def exception(self, called: str) -> str | None:
        """The first exception that ended a call of this service since :meth:`clear`, as Python writes it:
        ``KeyError('self')``. Over DISET the answer tells."""
        found = _FAILED.search(self._written(self._log_files[called]))
        return found[1].decode(errors="replace") if found else None

    def in_words(self, called: str, status: int, problem: str) -> str:
        """What was wrong with an answer since :meth:`clear`: over HTTPS DIRAC keeps its exceptions to itself."""
        exception = self.exception(called) if status == 500 else None
        return f"HTTP status {status}: {exception}" if exception else problem

    def _written(self, file: Path) -> bytes:
        with file.open("rb") as log:
            log.seek(self._position_bytes[file])
            return log.read()

    def _service_of(self, file: Path) -> str:
        return next(service for service, log_file in self._log_files.items() if log_file == file)
