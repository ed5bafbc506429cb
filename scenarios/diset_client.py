"""One RPC of a DIRAC service over DISET, DIRAC's own protocol, as cheap as Python allows and timed at the socket.

A call has a TLS connection of its own, for the service closes it after the answer: the client proposes what it
wants to call, and as whom; the service agrees or refuses; the client sends the arguments; the service sends the
result. Byte for byte what DIRAC's own client sends, with one difference: nothing is sent again. DIRAC's client
proposes up to three times more when a service does not answer a proposal. Works with or without gevent.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from scenarios.byte_buffer import BrokenAnswerError, ByteBuffer
from scenarios.diset_message import KEEP_ALIVE, framed, read_message
from scenarios.diset_settings import DisetSettings
from scenarios.encoding import ENCODERS, decode_answer
from scenarios.rpc import NO_ANSWER, Answer, Message, call_failed
from scenarios.tls_connection import TlsConnection, client_context


class DisetClient:
    """One user of the services, one call at a time; ``timeout_s`` bounds a whole call, connecting included."""

    def __init__(
        self, settings: DisetSettings, ca_file: str, certificate_file: str, key_file: str, *, timeout_s: float
    ) -> None:
        self._settings = settings
        self._names = {service: _name_in(url) for service, url in settings.urls.items()}
        self._addresses = {service: _address_in(url) for service, url in settings.urls.items()}
        self._context = client_context(ca_file, certificate_file, key_file)
        self._encode = ENCODERS[settings.encoding]
        self._timeout_s = timeout_s
        self._proposals: dict[tuple[str, str], bytes] = {}

    def connect(self) -> None:
        """There is no connection that could be kept, and one that waits holds a thread of the service."""

    def call(self, service: str, method: str, arguments: Sequence[Any]) -> Answer:
        """The service's result, or its refusal of the proposal; CallFailedError when neither comes."""
        return self.send(self.prepare(service, method, arguments))

    def prepare(self, service: str, method: str, arguments: Sequence[Any]) -> Message:
        """Any client with the same settings can send it. KeyError for a service without URL."""
        proposal = self._proposals.get((service, method))
        if proposal is None:
            proposal = self._proposals[service, method] = self._proposal(service, method)
        return Message(service, proposal, self._encode({"OK": True, "Value": list(arguments)}))

    def send(self, message: Message) -> Answer:
        """As :meth:`call`, with a call that is prepared."""
        start_ns = time.monotonic_ns()
        deadline_s = start_ns / 1e9 + self._timeout_s
        connection = None
        try:
            host, port = self._addresses[message.service]
            connection = TlsConnection(host, port, self._context, deadline_s, quick_ack=self._settings.quick_ack)
            connect_ns = time.monotonic_ns() - start_ns
            body = self._converse(connection, message, deadline_s)
            end_ns = time.monotonic_ns()
        except NO_ANSWER as error:
            raise call_failed(error, start_ns) from error
        finally:
            if connection is not None:
                connection.close()
        return Answer(200, body, start_ns, end_ns, connect_ns)

    def close(self) -> None:
        """Nothing is open between two calls."""

    def _proposal(self, service: str, method: str) -> bytes:
        asked = self._settings
        target = [self._names[service], asked.setup, asked.vo]
        proposal = [target, ["RPC", method], asked.group, asked.client_version]
        return framed(self._encode({"OK": True, "Value": proposal}))

    def _converse(self, connection: TlsConnection, message: Message, deadline_s: float) -> bytes:
        def send_pong(ping: object) -> None:
            pong = self._encode({"OK": True, "Value": {"id": ping, "kaping": False}})
            connection.send(KEEP_ALIVE + framed(pong), deadline_s)

        buffer = ByteBuffer(connection, deadline_s)
        connection.send(message.opening, deadline_s)
        reply = read_message(buffer, send_pong)
        if not _is_agreed(reply):
            return reply
        connection.send(framed(message.payload), deadline_s)
        return read_message(buffer, send_pong)


def _is_agreed(reply: bytes) -> bool:
    """Whether the service wants the arguments; otherwise its reply is the result of the call."""
    try:
        return decode_answer(reply)["OK"] is True
    except (ValueError, TypeError, KeyError) as error:
        raise BrokenAnswerError(f"no reply to a proposal: {reply[:60]!r}") from error


def _name_in(url: str) -> str:
    return urlsplit(url).path.strip("/")


def _address_in(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    if parts.scheme != "dips" or not parts.hostname or not parts.port:
        raise ValueError(f"not a dips URL: {url}")
    return parts.hostname, parts.port
