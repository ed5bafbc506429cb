"""Two sides that run their benchmarks in turns of some rounds: never both at once, in an order that is drawn anew
each time."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from harness.errors import StackError

#: How long a process may take to come to its first benchmark, and one benchmark may take.
TURN_TIMEOUT_S = 120.0

#: What a side says in place of the name of a benchmark when that one goes on (scenarios/micro/turns.py).
GOES_ON = "goes on"

#: How often is looked whether a process has died meanwhile.
_POLL_S = 0.25


class TurnServer:
    """``address``: a UNIX socket that the sides connect to; it says who it is, then what it is about to run."""

    def __init__(self, address: Path, sides: Sequence[str], check: Callable[[], None]) -> None:
        """``check`` raises when a process has failed. StackError when the address is too long for a socket."""
        self._sides = tuple(sides)
        self._check = check
        self._listening = socket.socket(socket.AF_UNIX)
        try:
            self._listening.bind(str(address))
        except OSError as error:
            self._listening.close()
            raise StackError(
                f"cannot make the socket {address}: {error}; choose a shorter stack folder"
            ) from error
        self._listening.listen(len(self._sides))
        self._connections: dict[str, socket.socket] = {}
        self._unread: dict[str, bytes] = {}

    def connect(self) -> None:
        """Wait until all sides are there. StackError when one takes too long."""
        while len(self._connections) < len(self._sides):
            self._wait(self._listening, "come to its benchmarks")
            connection, _ = self._listening.accept()
            side, unread = self._line(connection, b"", "say who it is")
            self._connections[side], self._unread[side] = connection, unread

    def give(self, draws: Random) -> None:
        """Give turns until all sides have come to their end; none begins the next benchmark before the others have
        ended theirs. StackError when one takes too long."""
        waiting = {side: name for side in self._sides if (name := self._next(side))}
        while waiting:
            going_on = [side for side, name in waiting.items() if name == GOES_ON]
            of_round = sorted(going_on or waiting)
            for side in draws.sample(of_round, len(of_round)):
                with contextlib.suppress(ConnectionError):  # it has ended, as its end of the connection will say
                    self._connections[side].sendall(b"go\n")
                if name := self._next(side, waiting[side]):
                    waiting[side] = name
                else:
                    del waiting[side]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in (self._listening, *self._connections.values()):
            connection.close()

    def _next(self, side: str, doing: str = "come to its benchmarks") -> str:
        """What a side is about to run; empty when it has ended."""
        name, self._unread[side] = self._line(self._connections[side], self._unread[side], doing)
        return name

    def _line(self, connection: socket.socket, unread: bytes, doing: str) -> tuple[str, bytes]:
        while b"\n" not in unread:
            self._wait(connection, doing)
            try:
                received = connection.recv(1 << 16)
            except ConnectionError:
                received = b""
            if not received:
                return "", b""
            unread += received
        line, _, rest = unread.partition(b"\n")
        return line.decode(), rest

    def _wait(self, connection: socket.socket, doing: str) -> None:
        deadline_s = time.monotonic() + TURN_TIMEOUT_S
        while not select.select([connection], [], [], _POLL_S)[0]:
            self._check()
            if time.monotonic() > deadline_s:
                raise StackError(f"a process did not {doing} within {TURN_TIMEOUT_S:.0f} s")
