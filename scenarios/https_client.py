"""One RPC of a DIRAC service over HTTPS, as cheap as Python allows and timed at the socket.

DIRAC's protocol: POST /ResourceStatus/Tornado<Service> with the form fields ``method`` and ``args``, the
arguments as a JSON list; the answer is the JSON of an S_OK or S_ERROR structure. Works with or without gevent.
Proxies and CA variables of the environment play no part.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_plus, urlsplit

from scenarios.encoding import encode_json
from scenarios.http_answer import read_answer
from scenarios.rpc import NO_ANSWER, Answer, Message, call_failed
from scenarios.tls_connection import TlsConnection, client_context


class HttpsClient:
    """One user's connection to the service at ``url`` (``https://host:port``), one call at a time.

    ``keep_alive``: one connection for all calls; otherwise a new one per call, as DIRAC's own client does.
    ``timeout_s`` bounds a whole call, connecting included. A kept connection that the server has closed is
    noticed before anything is sent and replaced.
    """

    def __init__(  # noqa: PLR0913  where to, as whom, and how
        self,
        url: str,
        ca_file: str,
        certificate_file: str,
        key_file: str,
        *,
        keep_alive: bool,
        timeout_s: float,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError(f"not an https URL: {url}")
        self._host = parts.hostname
        self._port = parts.port or 443
        self._context = client_context(ca_file, certificate_file, key_file)
        self._keep_alive = keep_alive
        self._timeout_s = timeout_s
        self._connection: TlsConnection | None = None
        self._head = (
            f" HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: {'keep-alive' if keep_alive else 'close'}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        )

    def connect(self) -> None:
        """Open the connection before it is needed; CallFailedError when that fails."""
        start_ns = time.monotonic_ns()
        try:
            self._connection = self._open(time.monotonic() + self._timeout_s)
        except OSError as error:
            raise call_failed(error, start_ns) from error

    def call(self, service: str, method: str, arguments: Sequence[Any]) -> Answer:
        """The answer whatever its HTTP status; CallFailedError when there is none, or none that is complete."""
        return self.send(self.prepare(service, method, arguments))

    def prepare(self, service: str, method: str, arguments: Sequence[Any]) -> Message:
        """The request as it goes over the wire; any client of the same URL and ``keep_alive`` can send it."""
        body = f"method={method}&args={encode_json(arguments).translate(_QUOTED)}".encode("ascii")
        head = f"POST /ResourceStatus/Tornado{service}{self._head}{len(body)}\r\n\r\n"
        return Message(service, head.encode("ascii"), body)

    def send(self, message: Message) -> Answer:
        """As :meth:`call`, with a request that is prepared."""
        start_ns = time.monotonic_ns()
        deadline_s = start_ns / 1e9 + self._timeout_s
        connect_ns = 0
        connection, self._connection = self._connection, None
        try:
            if connection is not None and not connection.is_idle():
                connection.close()
                connection = None
            if connection is None:
                connection = self._open(deadline_s)
                connect_ns = time.monotonic_ns() - start_ns
            connection.send(message.opening + message.payload, deadline_s)
            status, body, reusable = read_answer(connection, deadline_s)
            end_ns = time.monotonic_ns()
        except BaseException as error:
            if connection is not None:
                connection.close()
            if isinstance(error, NO_ANSWER):
                raise call_failed(error, start_ns) from error
            raise  # the end of the worker
        if reusable and self._keep_alive:
            self._connection = connection
        else:
            connection.close()
        return Answer(status, body, start_ns, end_ns, connect_ns)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self, deadline_s: float) -> TlsConnection:
        return TlsConnection(self._host, self._port, self._context, deadline_s)


#: What each ASCII character is in a form field. JSON text is ASCII, and a table is twice as fast as quote_plus.
_QUOTED = [quote_plus(chr(code)) for code in range(128)]
