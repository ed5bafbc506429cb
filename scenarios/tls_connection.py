"""A TLS byte stream to one server in which every wait ends at a deadline.

TLS runs on memory buffers (:class:`ssl.MemoryBIO`) over a non-blocking socket: one system call fetches many
TLS records, and each wait sees the same deadline however slowly bytes drip in. Deadlines are
``time.monotonic()`` instants in seconds; a wait that reaches one raises :class:`TimeoutError`, and whatever else
goes wrong with the network or TLS is an :class:`OSError`.
"""

from __future__ import annotations

import _socket  # the interpreter's own sockets, which gevent leaves as they are
import errno
import functools
import os
import socket
import ssl
from typing import Any

from scenarios.socket_wait import socket_wait

#: Bytes asked from the kernel, and from TLS, at once.
_READ_BYTES = 262_144


@functools.lru_cache(maxsize=8)
def client_context(ca_file: str, certificate_file: str, key_file: str) -> ssl.SSLContext:
    """Trusts the one CA given and nothing else; SSL_CERT_FILE and its kind are not looked at.

    Shared by all connections of a process: loading the files takes milliseconds. Sessions are not resumed,
    as DIRAC's own client does not resume them.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=ca_file)
    context.load_cert_chain(certificate_file, key_file)
    return context


@functools.lru_cache(maxsize=8)
def addresses_of(host: str, port: int) -> list[tuple[Any, ...]]:
    """What the resolver says, asked once per process: name resolution is not the service's time."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class TlsConnection:
    """An open connection; the constructor connects and shakes hands.

    ``quick_ack``: whatever comes is acknowledged at once (TCP_QUICKACK), not up to 40 ms later.
    """

    def __init__(
        self, host: str, port: int, context: ssl.SSLContext, deadline_s: float, *, quick_ack: bool = False
    ) -> None:
        self._quick_ack = quick_ack
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._socket = _connect(host, port, deadline_s)
        self._wait = socket_wait(self._socket.fileno())
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._shake_hands(deadline_s)
        except BaseException:
            self.close()
            raise

    def _shake_hands(self, deadline_s: float) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush(deadline_s)
                self._fetch(deadline_s)
            except ssl.SSLError:
                self._flush(deadline_s)  # the alert that tells the server why
                raise
            else:
                self._flush(deadline_s)
                return

    def send(self, message: bytes, deadline_s: float) -> None:
        self._tls.write(message)
        self._flush(deadline_s)

    def receive(self, deadline_s: float) -> bytes:
        """Bytes as they come, at least one; none at the end of the stream."""
        while True:
            if not self._incoming.pending and not self._tls.pending():
                self._fetch(deadline_s)
            try:
                return self._tls.read(_READ_BYTES)
            except ssl.SSLWantReadError:
                continue  # half a record, or one without data
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    def is_idle(self) -> bool:
        """Whether the stream is open and silent, as it must be before a request. Costs one system call.

        Session tickets that come late are taken in; an end of stream, an error or an answer nobody asked for
        mean that the connection cannot be used any more.
        """
        try:
            self._take(self._socket.recv(_READ_BYTES))
            self._tls.read(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        self._wait.close()
        self._socket.close()

    def _fetch(self, deadline_s: float) -> None:
        if self._quick_ack:  # the kernel forgets it again and again
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        # after a request nothing has come yet, so wait first
        self._wait.readable(deadline_s)
        self._take(self._socket.recv(_READ_BYTES))

    def _take(self, encrypted: bytes) -> None:
        if encrypted:
            self._incoming.write(encrypted)
        else:
            self._incoming.write_eof()

    def _flush(self, deadline_s: float) -> None:
        encrypted = self._outgoing.read()
        while encrypted:
            try:
                encrypted = encrypted[self._socket.send(encrypted) :]
            except BlockingIOError:
                self._wait.writable(deadline_s)
            except ConnectionError:
                self._raise_alert()
                raise

    def _raise_alert(self) -> None:
        """The server may have said why it closed the connection: it sees the client's certificate only after the
        client believes that the handshake is over. ssl.SSLError with its alert, if one has come."""
        try:
            self._take(self._socket.recv(_READ_BYTES))
            self._tls.read(1)
        except (BlockingIOError, ConnectionError, ssl.SSLWantReadError, ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return


def _connect(host: str, port: int, deadline_s: float) -> _socket.socket:
    """The first address that answers; the error of the last one when none does."""
    failure: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _name, address in addresses_of(host, port):
        connecting = _socket.socket(family, kind, protocol)
        try:
            connecting.setblocking(False)  # noqa: FBT003
            _connect_to(connecting, address, deadline_s)
        except OSError as error:
            connecting.close()
            failure = error
        except BaseException:
            connecting.close()
            raise
        else:
            return connecting
    raise failure


def _connect_to(connecting: _socket.socket, address: tuple[Any, ...], deadline_s: float) -> None:
    number = connecting.connect_ex(address)
    if number == errno.EINPROGRESS:
        wait = socket_wait(connecting.fileno())
        try:
            wait.writable(deadline_s)
        finally:
            wait.close()
        number = connecting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number:
        raise OSError(number, os.strerror(number))
