"""Whom the master talks with: workers that come, what they say, and waiting for it.

Locust's MasterRunner carries the messages.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from gevent.event import Event

from scenarios.remote.limits import SILENCE_LIMIT_S
from scenarios.remote.link import Link
from scenarios.remote.messages import (
    TYPE,
    Body,
    Channel,
    Goodbye,
    Hello,
    MessageError,
    Refused,
    Welcome,
    is_opening,
    new_nonce,
    nonce_of,
    open_opening,
    seal_opening,
)
from scenarios.remote.suite import suite_identity

#: How long a worker may take to read its orders, and to connect its users.
STEP_LIMIT_S = 60.0

_POLL_S = 0.01


class LoadBrokenError(Exception):
    """The trial cannot have the whole load it asked for."""


class StoppedError(Exception):
    """Somebody wants the load to end now."""


class Reception:
    """``runner``: Locust's, which listens already. ``wanted``: how many workers are let in."""

    def __init__(self, token: bytes, runner: Any, wanted: int) -> None:  # noqa: ANN401  Locust has no types
        self._token = token
        self._runner = runner
        self._wanted = wanted
        self._parent = os.getppid()
        self._by_node: dict[str, Link] = {}
        self._is_open = True
        self._is_stopped = False
        self._news = Event()

    @property
    def links(self) -> list[Link]:
        """The workers that are here, by their names."""
        return sorted(self._by_node.values(), key=lambda link: link.hello.name)

    def receive(self, msg: Any, **_: object) -> None:  # noqa: ANN401
        """Called by Locust for every message of ours."""
        came_ns = time.monotonic_ns()
        try:
            if is_opening(msg.data):
                self._answer_hello(msg.node_id, msg.data)
            elif link := self._by_node.get(msg.node_id):
                link.take(msg.data, came_ns)
        except MessageError:
            return  # of a stranger
        self._news.set()

    def _answer_hello(self, node: str, envelope: Any) -> None:  # noqa: ANN401
        nonce = nonce_of(envelope)
        try:
            hello = open_opening(self._token, "worker", envelope)
        except MessageError:
            self._say_opening(node, Refused("it has another token"), nonce)
            return
        assert isinstance(hello, Hello)
        link = self._by_node.get(node)
        if link is None:
            if reason := self._why_not(hello):
                self._say_opening(node, Refused(reason), nonce)
                return
            own_nonce = new_nonce()
            channel = Channel(self._token, "master", nonce + own_nonce)
            link = self._by_node[node] = Link(node, hello, own_nonce, channel)
        self._say_opening(node, Welcome(link.nonce), nonce)

    def _why_not(self, hello: Hello) -> str | None:
        """Why this worker cannot take part; None when it can."""
        if hello.suite != suite_identity():
            return f"it is rssbench {hello.suite}, the master is {suite_identity()}: install the same on both"
        for link in self._by_node.values():
            if link.hello.name == hello.name:
                taken = f"a worker of the name {hello.name} is here already, from {link.hello.host}"
                return f"{taken}: give it another --name"
        if not self._is_open or len(self._by_node) >= self._wanted:
            return f"all {self._wanted} workers that were asked for are here already"
        return None

    def _say_opening(self, node: str, body: Welcome | Refused, nonce: bytes) -> None:
        self._runner.send_message(TYPE, seal_opening(self._token, "master", body, nonce), client_id=node)

    def say(self, link: Link, body: Body) -> None:
        self.send(link, TYPE, link.channel.seal(body))

    def send(self, link: Link, kind: str, content: dict[str, Any]) -> None:
        """A message of Locust's, or one of ours that is sealed already."""
        self._runner.send_message(kind, content, client_id=link.node)

    def stop(self) -> None:
        """Whoever waits is to end; called by a signal."""
        self._is_stopped = True
        self._news.set()

    def go_on_once_more(self) -> None:
        """Forget the stop, to have what was measured until now."""
        self._is_stopped = False

    def gather(self, wait_s: float) -> None:
        """Until all have come; nobody else is let in afterwards. LoadBrokenError when they do not."""
        deadline_s = time.monotonic() + wait_s
        while len(self._by_node) < self._wanted:
            self.pause()
            for node, link in list(self._by_node.items()):
                if link.failure or _is_silent(link):  # another one may take its place
                    why = link.failure or f"nothing was heard of it for {SILENCE_LIMIT_S:.0f} s"
                    sys.stderr.write(f"{link.name} has gone before the load began: {why}\n")
                    self.say(link, Goodbye(last=True, reason=why))
                    del self._by_node[node]
            if time.monotonic() > deadline_s:
                names = ", ".join(link.name for link in self.links) or "none"
                raise LoadBrokenError(
                    f"{len(self._by_node)} of {self._wanted} remote workers came within {wait_s:.0f} s: "
                    f"{names}; start the others with `rssbench worker --master ...`"
                )
        self._is_open = False

    def wait_for_all(self, what: str, done: Callable[[Link], bool]) -> None:
        """Until it is so of every worker; LoadBrokenError when that takes one too long."""
        deadline_s = time.monotonic() + STEP_LIMIT_S

        def all_done() -> bool:
            waiting = [link for link in self.links if not done(link)]
            if waiting and time.monotonic() > deadline_s:
                raise LoadBrokenError(
                    f"remote worker {waiting[0].name} did not {what} within {STEP_LIMIT_S:.0f} s"
                )
            return not waiting

        # who reads a large catalogue says nothing meanwhile
        self.wait(all_done, silence_limit_s=STEP_LIMIT_S)

    def wait(self, done: Callable[[], bool], silence_limit_s: float = SILENCE_LIMIT_S) -> None:
        """Until ``done``; LoadBrokenError when a worker fails or falls silent before."""
        while not done():
            self.pause()
            for link in self.links:
                if link.failure:
                    raise LoadBrokenError(f"remote worker {link.name} failed: {link.failure}")
                if _is_silent(link, silence_limit_s):
                    raise LoadBrokenError(
                        f"remote worker {link.name} was lost: nothing was heard of it for {silence_limit_s:.0f} s"
                    )

    def pause(self) -> None:
        """Until something comes, or a little later. StoppedError when that is wanted, or nobody waits any more."""
        self._news.wait(_POLL_S)
        self._news.clear()
        if self._is_stopped or os.getppid() != self._parent:
            raise StoppedError


def _is_silent(link: Link, limit_s: float = SILENCE_LIMIT_S) -> bool:
    return time.monotonic() - link.heard_s > limit_s
