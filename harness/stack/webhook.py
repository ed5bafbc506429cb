"""A webhook of ours on loopback, as Slack and Mattermost have them: both take the same JSON, so does this one."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, get_args

from harness.stack.loopback_server import LoopbackServer
from harness.stack.ports import LOOPBACK

#: ``fast`` answers at once, ``slow`` after SLOW_S, ``failing`` with status 500, ``hanging`` takes the post and
#: never answers: it closes the connection after ``hang_s``.
Mode = Literal["fast", "slow", "failing", "hanging"]
MODES: tuple[Mode, ...] = get_args(Mode)

#: Where the two services have theirs.
Use = Literal["Slack", "Mattermost"]
_PATHS: dict[Use, str] = {"Slack": "/services/T0/B0/rssbench", "Mattermost": "/hooks/rssbench"}

SLOW_S = 0.5


class Webhook(LoopbackServer):
    """``mode`` may be changed at any time, for the posts that come after."""

    def __init__(self, *, hang_s: float = 2.0) -> None:
        self.mode: Mode = "fast"
        self.hang_s = hang_s
        self.closing = threading.Event()
        self._posts: list[tuple[str, bytes]] = []
        super().__init__(_Server(self))

    def url(self, use: Use = "Slack") -> str:
        """What the option Slack of DIRAC's configuration holds, for either use."""
        return f"http://{LOOPBACK}:{self.port}{_PATHS[use]}"

    def take(self) -> tuple[tuple[str, bytes], ...]:
        """Path and body of the posts since it was asked last, answered or not."""
        taken, self._posts = self._posts, []
        return tuple(taken)

    def receive(self, path: str, body: bytes) -> tuple[int, bytes] | None:
        """Status and body of the answer to a post; None for no answer."""
        self._posts.append((path, body))
        mode = self.mode
        if mode == "hanging":
            self.closing.wait(self.hang_s)
            return None
        if mode == "slow":
            self.closing.wait(SLOW_S)
        if mode == "failing":
            return 500, b"internal_error"
        return (200, b"ok") if path in _PATHS.values() and _is_message(body) else (400, b"invalid_payload")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends at once, also what hangs."""
        self.closing.set()
        super().__exit__(kind, error, trace)


class _Server(ThreadingHTTPServer):
    def __init__(self, webhook: Webhook) -> None:
        self.webhook = webhook
        super().__init__((LOOPBACK, 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.webhook.receive(self.path, body)
        self.close_connection = True
        if answer is None:
            return
        status, text = answer
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  the name that http.server uses
        """Posts are kept, not printed."""


def _is_message(body: bytes) -> bool:
    """Slack and Mattermost both want an object with a text, and refuse anything else."""
    try:
        message = json.loads(body)
    except ValueError:
        return False
    return isinstance(message, dict) and bool(message.get("text"))
