"""A server of ours on loopback, in threads of this process, while it is entered."""

from __future__ import annotations

import socketserver
import threading
from types import TracebackType
from typing import Self

_POLL_S = 0.05


class LoopbackServer:
    """Serves with ``server``, which it closes at the end."""

    def __init__(self, server: socketserver.TCPServer) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": _POLL_S})

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
