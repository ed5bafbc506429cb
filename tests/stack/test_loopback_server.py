"""A server of ours: there while it is entered, and not longer."""

from __future__ import annotations

import socket
import socketserver
import threading

import pytest

from harness.stack.loopback_server import LoopbackServer


class Greeter(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(b"hello")


def test_it_serves_while_it_is_entered_and_leaves_no_thread_and_no_port() -> None:
    threads = threading.active_count()
    with (
        LoopbackServer(socketserver.TCPServer(("127.0.0.1", 0), Greeter)) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=5) as client,
    ):
        assert client.recv(5) == b"hello"
    assert threading.active_count() == threads
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)
