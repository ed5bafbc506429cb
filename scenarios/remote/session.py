"""A remote worker's side of the talk with its master: over Locust's WorkerRunner, until either ends it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent.event import Event
from locust.env import Environment

from scenarios.remote.messages import (
    TYPE,
    Body,
    Channel,
    ClockAsked,
    ClockTold,
    Failed,
    Goodbye,
    Hello,
    MessageError,
    Refused,
    Welcome,
    is_opening,
    new_nonce,
    open_opening,
    seal_opening,
)
from scenarios.remote.orders import EXIT_AGAIN, EXIT_FAILED, EXIT_OVER, WorkerOrders
from scenarios.remote.suite import suite_identity

#: How long a master may take to answer a Hello, before it is said again.
ANSWER_LIMIT_S = 2.0

#: Locust's master answers a heartbeat a second; one that has been silent for so long is gone.
MASTER_SILENCE_LIMIT_S = 10.0

#: How long the last message may take to leave.
LINGER_MS = 500

_POLL_S = 0.01


class EndedError(Exception):
    """The process is to end with ``code``; the text says why, unless all is well."""

    def __init__(self, code: int, why: str = "") -> None:
        super().__init__(why)
        self.code = code


class Session:
    """Answers questions about the clock itself; ``listener`` gets everything else that the master says."""

    listener: Callable[[Body], None]

    def __init__(self, orders: WorkerOrders, token: bytes, environment: Environment) -> None:
        self._orders = orders
        self._token = token
        self._environment = environment
        self._parent = os.getppid()
        self._nonce = new_nonce()
        self._channel: Channel | None = None
        self._runner: Any = None  # Locust has no types
        self._heard_s = time.monotonic()
        self._end: EndedError | None = None
        self._is_dismissed = False
        self._news = Event()

    def connect(self, wait_s: float) -> None:
        """Until a master has let this worker in; EndedError when none does."""
        where = f"{self._orders.host}:{self._orders.port}"
        try:
            socket.getaddrinfo(self._orders.host, self._orders.port)
        except OSError as error:
            raise EndedError(EXIT_FAILED, f"{self._orders.host} is not known: {error.strerror}") from error
        with gevent.Timeout(wait_s, EndedError(EXIT_FAILED, f"no master at {where} within {wait_s:.0f} s")):
            self._say_hello()

    def _say_hello(self) -> None:
        self._environment.events.heartbeat_received.add_listener(self._hear)
        self._runner = self._environment.create_worker_runner(self._orders.host, self._orders.port)
        self._runner.register_message(TYPE, self._receive)
        hello = Hello(self._orders.name, socket.gethostname(), suite_identity(), self._nonce)
        while self._channel is None:
            self._runner.send_message(TYPE, seal_opening(self._token, "worker", hello))
            deadline_s = time.monotonic() + ANSWER_LIMIT_S
            while self._channel is None and time.monotonic() < deadline_s:
                self._pause()
            if self._channel is None:
                # that of the trial before has gone; Locust's next one has to hear of us, too
                self._runner.connection_event.clear()
                self._runner.retry = 0
                self._runner.connect_to_master()
        self._hear()

    def say(self, body: Body) -> None:
        assert self._channel
        self._runner.send_message(TYPE, self._channel.seal(body))

    def end(self, code: int, why: str) -> None:
        """Whoever waits is to end."""
        self._end = EndedError(code, why)
        self._news.set()

    def close(self, ended: EndedError) -> None:
        """Tell the master why, unless it was the one to say so."""
        if self._channel and not self._is_dismissed:
            self.say(Failed(str(ended)))
        if self._runner is not None:
            self._runner.greenlet.kill()
            self._runner.client.close(linger=LINGER_MS)

    def wait(self, done: Callable[[], bool]) -> None:
        """Until ``done``; EndedError when the process is to end, or the master is silent for too long."""
        while not done():
            self._pause()
            if time.monotonic() - self._heard_s > MASTER_SILENCE_LIMIT_S:
                raise EndedError(
                    EXIT_FAILED, f"the master was lost: nothing was heard of it for {MASTER_SILENCE_LIMIT_S:.0f} s"
                )

    def _pause(self) -> None:
        """Until something comes, or a little later."""
        self._news.wait(_POLL_S)
        self._news.clear()
        if os.getppid() != self._parent:
            raise EndedError(EXIT_FAILED, "the command that started this worker has gone")
        if self._end is not None:
            raise self._end

    def _hear(self, **_: object) -> None:
        self._heard_s = time.monotonic()

    def _receive(self, msg: Any, **_: object) -> None:  # noqa: ANN401
        """Called by Locust for every message of ours."""
        received_ns = time.monotonic_ns()
        try:
            if not is_opening(msg.data):
                assert self._channel
                self._take(self._channel.open(msg.data), received_ns)
            elif self._channel is None:
                self._take_opening(open_opening(self._token, "master", msg.data, self._nonce))
        except MessageError as error:
            where = f"the master at {self._orders.host}:{self._orders.port}"
            self.end(EXIT_FAILED, f"{where}: {error}; is {self._orders.token_file} its token?")
        except OSError as error:
            self.end(EXIT_FAILED, f"cannot write in its directory: {error.strerror}")
        self._news.set()

    def _take_opening(self, body: Body) -> None:
        if isinstance(body, Welcome):
            self._channel = Channel(self._token, "worker", self._nonce + body.nonce)
        elif isinstance(body, Refused):
            self.end(EXIT_FAILED, f"the master refuses {self._orders.name}: {body.reason}")

    def _take(self, body: Body, received_ns: int) -> None:
        if isinstance(body, ClockAsked):
            self.say(ClockTold(received_ns, time.monotonic_ns()))
        elif isinstance(body, Goodbye):
            self._is_dismissed = True
            code = EXIT_FAILED if body.reason else EXIT_OVER if body.last else EXIT_AGAIN
            self.end(code, f"the master has ended the trial: {body.reason}" if body.reason else "")
        else:
            self.listener(body)
