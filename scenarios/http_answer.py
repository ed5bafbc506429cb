"""Reading one HTTP/1.1 answer from a byte stream (RFC 9112): by length, by chunks or to the end of the stream."""

from __future__ import annotations

import re

from scenarios.byte_buffer import BrokenAnswerError, ByteBuffer, ByteStream

#: A head or a chunk-size line longer than this is no answer.
HEAD_LIMIT_BYTES = 65_536

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: [^\r\n]*)?\r\n")
_FRAMING = re.compile(
    rb"\n(content-length|transfer-encoding|connection):[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)", re.IGNORECASE
)
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")


def read_answer(stream: ByteStream, deadline_s: float) -> tuple[int, bytes, bool]:
    """Status, body, and whether the connection may carry another request.

    Interim answers (1xx) are skipped. BrokenAnswerError when the stream ends early or does not speak HTTP;
    errors of ``stream.receive`` pass through.
    """
    buffer = ByteBuffer(stream, deadline_s)
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
        body = _read_chunks(buffer)
    elif length is not None:
        if not length.isdigit():
            raise BrokenAnswerError(f"content length {length!r}")
        body = buffer.exactly(int(length))
    else:
        body, keep_alive = buffer.until_end(), False
    return status, body, keep_alive and buffer.is_empty()


def _read_head(buffer: ByteBuffer) -> tuple[bytes, int, dict[bytes, bytes]]:
    """HTTP/1 minor version, status, and the fields that say how the body is delimited, in lower case."""
    head = buffer.until(b"\r\n\r\n", HEAD_LIMIT_BYTES)
    found = _STATUS.match(head)
    if found is None:
        raise BrokenAnswerError(f"no HTTP answer: {head[:60]!r}")
    fields: dict[bytes, bytes] = {}
    for name, value in _FRAMING.findall(head):
        if fields.setdefault(name.lower(), value.lower()) != value.lower():
            raise BrokenAnswerError(f"two different values of {name!r}")
    return found[1], int(found[2]), fields


def _read_chunks(buffer: ByteBuffer) -> bytes:
    body = bytearray()
    while True:
        line = buffer.until(b"\r\n", HEAD_LIMIT_BYTES)
        found = _CHUNK_SIZE.fullmatch(line)
        if found is None:
            raise BrokenAnswerError(f"chunk size {line[:60]!r}")
        size = int(found[1], 16)
        if size == 0:
            break
        body += buffer.exactly(size)
        if buffer.exactly(2) != b"\r\n":
            raise BrokenAnswerError("chunk longer than it says")
    while buffer.until(b"\r\n", HEAD_LIMIT_BYTES) != b"\r\n":
        pass  # trailer fields say nothing about the body
    return bytes(body)
