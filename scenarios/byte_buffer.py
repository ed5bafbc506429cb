"""Taking parts of known shape from a byte stream, for whoever reads an answer."""

from __future__ import annotations

from typing import Protocol


class BrokenAnswerError(Exception):
    """What came is not a complete answer."""


class ByteStream(Protocol):
    def receive(self, deadline_s: float) -> bytes:
        """Some bytes, none at the end of the stream."""


class ByteBuffer:
    """What was received and not yet taken. BrokenAnswerError when the stream ends in the middle of a part."""

    def __init__(self, stream: ByteStream, deadline_s: float) -> None:
        self._stream = stream
        self._deadline_s = deadline_s
        self._bytes = bytearray()

    def is_empty(self) -> bool:
        return not self._bytes

    def until(self, mark: bytes, limit_bytes: int) -> bytes:
        """Everything up to ``mark``, which is included; BrokenAnswerError when the limit comes first."""
        while (position := self._bytes.find(mark)) < 0:
            if len(self._bytes) > limit_bytes:
                raise BrokenAnswerError(f"no {mark!r} in {limit_bytes} bytes: {bytes(self._bytes[:60])!r}")
            self._receive()
        return self._take(position + len(mark))

    def exactly(self, length: int) -> bytes:
        while len(self._bytes) < length:
            self._receive()
        return self._take(length)

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
