"""What the clients of both front doors have in common: a prepared call, its answer, its failure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from scenarios.byte_buffer import BrokenAnswerError
from scenarios.samples import Outcome

#: What a client raises when no complete answer comes, before it says so with :class:`CallFailedError`.
NO_ANSWER = (OSError, BrokenAnswerError)


@dataclass(frozen=True, slots=True)
class Message:
    """A call as it goes to its service: ``payload`` are the arguments, ``opening`` is what comes before them."""

    service: str
    opening: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """``status``: that of HTTP; 200 over DISET, which has none. ``body`` is DIRAC's result, for decode_answer.

    ``start_ns``: first byte sent, of the handshake when the call made its connection. ``end_ns``: last byte read.
    ``connect_ns``: how long connecting took, 0 on a kept connection. Instants are CLOCK_MONOTONIC.
    """

    status: int
    body: bytes
    start_ns: int
    end_ns: int
    connect_ns: int


class CallFailedError(Exception):
    """No complete answer came: ``outcome`` is ``timeout`` or ``connection``. The connection is closed."""

    def __init__(self, outcome: Outcome, message: str, start_ns: int, end_ns: int) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.start_ns = start_ns
        self.end_ns = end_ns


class RpcClient(Protocol):
    """One user of the services, one call at a time. A request whose first byte was sent is never sent again: a
    write may have been executed though its answer was lost."""

    def connect(self) -> None:
        """Make the connection that can be kept, if any, before it is needed; CallFailedError when that fails."""

    def prepare(self, service: str, method: str, arguments: Sequence[Any]) -> Message:
        """Any client made with the same settings can send it."""

    def send(self, message: Message) -> Answer:
        """CallFailedError when there is no answer, or none that is complete, within the time of a call."""

    def call(self, service: str, method: str, arguments: Sequence[Any]) -> Answer:
        """Prepare and send."""

    def close(self) -> None: ...


def call_failed(error: Exception, start_ns: int) -> CallFailedError:
    """What became of a call that ended in one of NO_ANSWER just now."""
    outcome = Outcome.timeout if isinstance(error, TimeoutError) else Outcome.connection
    return CallFailedError(outcome, f"{type(error).__name__}: {error}", start_ns, time.monotonic_ns())
