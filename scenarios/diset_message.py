"""The messages of DISET: the length in decimal digits, a colon, and so many bytes.

A keep-alive is such a message after ``dka``. It may come before any other; a ping wants a pong with its id.
"""

from __future__ import annotations

from collections.abc import Callable

from scenarios.byte_buffer import BrokenAnswerError, ByteBuffer
from scenarios.encoding import decode_answer

KEEP_ALIVE = b"dka"

#: A longer message is no answer of the RSS, and would not fit into memory.
LONGEST_BYTES = 1 << 30

_LENGTH_LIMIT_BYTES = 16


def framed(payload: bytes) -> bytes:
    return b"%d:%b" % (len(payload), payload)


def read_message(buffer: ByteBuffer, send_pong: Callable[[object], None]) -> bytes:
    """The payload of the next message that is no keep-alive; ``send_pong`` gets the id of a ping.

    BrokenAnswerError when the stream ends early or does not speak DISET.
    """
    while True:
        head = buffer.until(b":", _LENGTH_LIMIT_BYTES)
        is_keep_alive = head.startswith(KEEP_ALIVE)
        payload = buffer.exactly(_length(head[len(KEEP_ALIVE) :] if is_keep_alive else head))
        if not is_keep_alive:
            return payload
        ping = _id_of_ping(payload)
        if ping is not None:
            send_pong(ping)


def _length(head: bytes) -> int:
    digits = head[:-1]
    if not digits.isdigit() or int(digits) > LONGEST_BYTES:
        raise BrokenAnswerError(f"no length of a DISET message: {head!r}")
    return int(digits)


def _id_of_ping(payload: bytes) -> object | None:
    """None of a pong."""
    try:
        content = decode_answer(payload)["Value"]
        return content["id"] if content["kaping"] else None
    except (ValueError, TypeError, KeyError) as error:
        raise BrokenAnswerError(f"no keep-alive: {payload[:60]!r}") from error
