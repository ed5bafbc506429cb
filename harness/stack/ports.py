"""A port that stays ours between choosing it and a server listening on it."""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Self

from harness.errors import StackError

LOOPBACK = "127.0.0.1"


class ReservedPort:
    """A loopback port bound, not listened on, until closed.

    On Linux two sockets may share an address when both set SO_REUSEADDR and neither listens yet, so the server,
    which sets it, can still take the port, while the kernel gives it to nobody who asks for any free one. Without
    a number any free port is taken. StackError when the number asked for is in use.
    """

    def __init__(self, number: int | None = None) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((LOOPBACK, number or 0))
        except OSError as error:
            self._socket.close()
            what = f"port {number}" if number else "a free port"
            raise StackError(f"cannot take {what} on {LOOPBACK}: {error.strerror}; choose another one") from error
        self.number: int = self._socket.getsockname()[1]

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
