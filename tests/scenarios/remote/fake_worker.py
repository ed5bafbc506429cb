"""A remote worker without Locust, which would make the test process cooperative: it can do what none should."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import msgpack
import zmq

from scenarios.remote.messages import (
    TYPE,
    Body,
    Channel,
    ClockAsked,
    ClockTold,
    Finished,
    Goodbye,
    Hello,
    Orders,
    Prepared,
    Progress,
    Ready,
    Start,
    Stop,
    Welcome,
    is_opening,
    new_nonce,
    open_opening,
    seal_opening,
)
from scenarios.remote.suite import suite_identity
from scenarios.samples import SAMPLE

TOKEN = b"0123456789abcdef0123456789abcdef"
PATIENCE_MS = 20_000
OUTCOMES = b'{"ResourceStatus.select by name": {"ok": {"count": 1, "first_message": ""}}}'


class FakeWorker:
    """``clock_ns``: what its clock shows, given the real one. ``due_s``: of its samples, after the start; they are
    sent one by one. ``obeys``: False for one that says nothing any more once the load has begun."""

    made: ClassVar[list[FakeWorker]] = []

    def __init__(
        self,
        port: int,
        name: str,
        *,
        token: bytes = TOKEN,
        suite: str | None = None,
        clock_ns: Callable[[int], int] = lambda now_ns: now_ns,
        due_s: Sequence[float] = (),
        obeys: bool = True,
        loses: bool = False,
    ) -> None:
        self._token = token
        self._clock_ns = clock_ns
        self._due_s = due_s
        self._obeys = obeys
        self._loses = loses
        self._nonce = new_nonce()
        self._hello = Hello(name, "fake-host", suite or suite_identity(), self._nonce)
        self._node = secrets.token_hex(8)
        self._gives_up = False
        self._rows = 0
        self._socket = zmq.Context.instance().socket(zmq.DEALER)
        self._socket.setsockopt(zmq.IDENTITY, self._node.encode())
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.connect(f"tcp://127.0.0.1:{port}")
        self.start_ns = 0
        self.goodbye: Goodbye | None = None
        self.users: dict[str, int] = {}
        self.started = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.made.append(self)

    def answer_to_hello(self) -> Body | str:
        """Welcome or Refused; in words, when the answer is not signed with our token."""
        self._send(seal_opening(self._token, "worker", self._hello))
        envelope = self._receive()[1]
        try:
            return open_opening(self._token, "master", envelope, self._nonce)
        except Exception as error:  # noqa: BLE001
            return str(error)

    def go(self) -> FakeWorker:
        """Work in the background."""
        answer = self.answer_to_hello()
        assert isinstance(answer, Welcome), answer
        self._channel = Channel(self._token, "worker", self._nonce + answer.nonce)
        self._thread.start()
        return self

    def join(self) -> None:
        self._thread.join(PATIENCE_MS / 1e3)

    def close(self) -> None:
        self._gives_up = True
        if self._thread.is_alive():
            self.join()
        self._socket.close()

    def _work(self) -> None:
        while self.goodbye is None and not self._gives_up:
            kind, envelope = self._receive()
            if kind == "spawn":
                self.users = envelope["user_classes_count"]
                self._say(Ready())
            elif kind == TYPE and not is_opening(envelope):
                self._take(self._channel.open(envelope))
            elif kind == "none" and self._obeys:
                self._say(Progress(b"", self._now_ns(), 1_000))

    def _take(self, body: Body) -> None:
        if isinstance(body, Orders):
            self._say(Prepared())
        elif isinstance(body, ClockAsked):
            received_ns = self._now_ns()
            self._say(ClockTold(received_ns, self._now_ns()))
        elif isinstance(body, Start):
            self.start_ns = body.instant_ns
            self._send_samples()
        elif isinstance(body, Stop):
            self._say(Finished(OUTCOMES, self._rows * SAMPLE.size))
        elif isinstance(body, Goodbye):
            self.goodbye = body

    def _send_samples(self) -> None:
        for sequence, due_s in enumerate(self._due_s):
            due_ns = self.start_ns + round(due_s * 1e9)
            row = SAMPLE.pack(due_ns, due_ns + 1_000, due_ns + 5_000, 10, sequence, 0, 0, 0, 1)
            if not self._loses:
                self._say(Progress(row, self._now_ns(), 2_000))
            self._rows += 1
        if self._loses:
            self._channel.seal(Progress(b"", 0, 0))
        self.started.set()
        if self._obeys and self._due_s:
            time.sleep(max(self._due_s))  # samples lie between the readings of the clock
            self._say(Finished(OUTCOMES, self._rows * SAMPLE.size))

    def _now_ns(self) -> int:
        return self._clock_ns(time.monotonic_ns())

    def _say(self, body: Body) -> None:
        self._send(self._channel.seal(body))

    def _send(self, envelope: Any) -> None:
        self._socket.send(msgpack.dumps((TYPE, envelope, self._node)))

    def _receive(self) -> tuple[str, Any]:
        """Locust's type of what came, and what it carries; ``none`` after half a second of silence."""
        waited_ms = PATIENCE_MS if not self._thread.is_alive() else 500
        if not self._socket.poll(waited_ms):
            return "none", None
        kind, data, _node = msgpack.loads(self._socket.recv(), raw=False, strict_map_key=False)
        return kind, data
