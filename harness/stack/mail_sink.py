"""A mail server of ours on loopback that takes every mail and sends none."""

from __future__ import annotations

import socketserver
from collections.abc import Callable

from harness.stack.loopback_server import LoopbackServer
from harness.stack.ports import LOOPBACK


class MailSink(LoopbackServer):
    """``on_mail`` is called with the number of each mail before it is acknowledged."""

    def __init__(self, on_mail: Callable[[int], None] = lambda _number: None) -> None:
        self.mails: list[bytes] = []
        self._on_mail = on_mail
        super().__init__(_Server(self))

    def receive(self, mail: bytes) -> None:
        self.mails.append(mail)
        self._on_mail(len(self.mails))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, sink: MailSink) -> None:
        self.sink = sink
        super().__init__((LOOPBACK, 0), _Session)


class _Session(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs that sends plain mail."""

    server: _Server

    def handle(self) -> None:
        self._say("220 rssbench")
        while line := self.rfile.readline():
            verb = line[:4].upper().strip()
            if verb == b"DATA":
                self._say("354 go on")
                self.server.sink.receive(self._read_mail())
                self._say("250 taken")
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 rssbench" if verb in {b"EHLO", b"HELO", b"MAIL", b"RCPT", b"RSET"} else "502 no")

    def _read_mail(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _say(self, answer: str) -> None:
        self.wfile.write(answer.encode() + b"\r\n")
