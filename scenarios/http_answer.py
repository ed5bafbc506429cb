"""Reading one HTTP/1.1 answer from a byte stream (RFC 9112): by length, by chunks or to the end of the stream."""

from __future__ import annotations

import re
from typing import Protocol

#: A head or a chunk-size line longer than this is no answer.
HEAD_LIMIT_BYTES = 65_536

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: [^\r\n]*)?\r\n")
_FRAMING = re.compile(
    rb"\n(content-length|transfer-encoding|connection):[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)", re.IGNORECASE
)
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")


class BrokenAnswerError(Exception):
    """What came is not a complete HTTP answer."""


class ByteStream(Protocol):
    def receive(self, deadline_s: float) -> bytes:
        """Some bytes, none at the end of the stream."""


def read_answer(stream: ByteStream, deadline_s: float) -> tuple[int, bytes, bool]:
    """Status, body, and whether the connection may carry another request.

    Interim answers (1xx) are skipped. BrokenAnswerError when the stream ends early or does not speak HTTP;
    errors of ``stream.receive`` pass through.
    """
    buffer = _Buffer(stream, deadline_s)
    version, status, fields = _read_head(buffer)
    while status < 200:
        version, status, fields = _read_head(buffer)
    keep_alive = fields.get(b"connection") != b"close" if version == b"1" else False
    length = fields.get(b"content-length")
    coding = fields.get(b"transfer-encoding")
    if status in (204, 304):
        body = b""
    elif coding is not None:
        if coding != b"chunked":
            raise BrokenAnswerError(f"transfer coding {coding!r}")
        body = buffer.chunks()
    elif length is not None:
        if not length.isdigit():
            raise BrokenAnswerError(f"content length {length!r}")
        body = buffer.exactly(int(length))
    else:
        body, keep_alive = buffer.until_end(), False
    return status, body, keep_alive and buffer.is_empty()


def _read_head(buffer: _Buffer) -> tuple[bytes, int, dict[bytes, bytes]]:
    """HTTP/1 minor version, status, and the fields that say how the body is delimited, in lower case."""
    head = buffer.until(b"\r\n\r\n")
    found = _STATUS.match(head)
    if found is None:
        raise BrokenAnswerError(f"no HTTP answer: {head[:60]!r}")
    fields: dict[bytes, bytes] = {}
    for name, value in _FRAMING.findall(head):
        if fields.setdefault(name.lower(), value.lower()) != value.lower():
            raise BrokenAnswerError(f"two different values of {name!r}")
    return found[1], int(found[2]), fields


class _Buffer:
    """What was received and not yet taken."""

    def __init__(self, stream: ByteStream, deadline_s: float) -> None:
        self._stream = stream
        self._deadline_s = deadline_s
        self._bytes = bytearray()

    def is_empty(self) -> bool:
        return not self._bytes

    def until(self, mark: bytes) -> bytes:
        """Everything up to ``mark``, which is included."""
        while (position := self._bytes.find(mark)) < 0:
            if len(self._bytes) > HEAD_LIMIT_BYTES:
                raise BrokenAnswerError(f"no end of line in {HEAD_LIMIT_BYTES} bytes")
            self._receive()
        return self._take(position + len(mark))

    def exactly(self, length: int) -> bytes:
        while len(self._bytes) < length:
            self._receive()
        return self._take(length)

    def chunks(self) -> bytes:
        body = bytearray()
        while True:
            line = self.until(b"\r\n")
            found = _CHUNK_SIZE.fullmatch(line)
            if found is None:
                raise BrokenAnswerError(f"chunk size {line[:60]!r}")
            size = int(found[1], 16)
            if size == 0:
                break
            body += self.exactly(size)
            if self.exactly(2) != b"\r\n":
                raise BrokenAnswerError("chunk longer than it says")
        while self.until(b"\r\n") != b"\r\n":
            pass  # trailer fields say nothing about the body
        return bytes(body)

    def until_end(self) -> bytes:
        while received := self._stream.receive(self._deadline_s):
            self._bytes += received
        return self._take(len(self._bytes))

    def _receive(self) -> None:
        received = self._stream.receive(self._deadline_s)
        if not received:
            raise BrokenAnswerError(f"connection closed after {len(self._bytes)} bytes of a part of the answer")
        self._bytes += received

    def _take(self, length: int) -> bytes:
        taken = bytes(self._bytes[:length])
        del self._bytes[:length]
        return taken
