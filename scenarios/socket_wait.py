"""Waiting until a socket can be read or written, with or without gevent, until a deadline.

Under gevent this stands in for a gevent socket with a timeout. After each wait for an answer the caches are cold,
so what counts is how little code stands between the wait and the answer.
"""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol


class SocketWait(Protocol):
    """Of one descriptor. TimeoutError when the deadline (``time.monotonic()``, s) comes first."""

    def readable(self, deadline_s: float) -> None: ...

    def writable(self, deadline_s: float) -> None: ...

    def close(self) -> None:
        """To be called before the descriptor is closed."""


def socket_wait(descriptor: int) -> SocketWait:
    """Lets other greenlets run meanwhile where gevent has made the standard library cooperative."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None and monkey.is_module_patched("socket"):
        return _GreenletWait(descriptor)
    return _ThreadWait(descriptor)


class _ThreadWait:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()

    def readable(self, deadline_s: float) -> None:
        self._wait(select.POLLIN, deadline_s)

    def writable(self, deadline_s: float) -> None:
        self._wait(select.POLLOUT, deadline_s)

    def close(self) -> None:
        pass

    def _wait(self, events: int, deadline_s: float) -> None:
        self._poll.register(self._descriptor, events)
        if not self._poll.poll(remaining_s(deadline_s) * 1e3):
            raise TimeoutError("deadline reached")


class _GreenletWait:
    def __init__(self, descriptor: int) -> None:
        import gevent  # noqa: PLC0415  only where it is in use already

        self._hub: Any = gevent.get_hub()
        self._current: Callable[[], Any] = gevent.getcurrent
        self._read = self._hub.loop.io(descriptor, 1)
        self._write = self._hub.loop.io(descriptor, 2)

    def readable(self, deadline_s: float) -> None:
        self._wait(self._read, deadline_s)

    def writable(self, deadline_s: float) -> None:
        self._wait(self._write, deadline_s)

    def close(self) -> None:
        self._read.close()
        self._write.close()

    def _wait(self, watcher: Any, deadline_s: float) -> None:  # noqa: ANN401  gevent has no types
        self._hub.loop.update_now()  # or the timer would count from when the loop last ran
        timer = self._hub.loop.timer(remaining_s(deadline_s))
        timer.start(self._current().throw, TimeoutError("deadline reached"))
        try:
            self._hub.wait(watcher)
        finally:
            timer.close()


def remaining_s(deadline_s: float) -> float:
    """TimeoutError when nothing is left."""
    remaining = deadline_s - time.monotonic()
    if remaining <= 0:
        raise TimeoutError("deadline reached")
    return remaining
