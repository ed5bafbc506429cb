"""What master and remote workers say to one another inside Locust's messages: signed, numbered, not encrypted.

A shared token signs every message (HMAC-SHA256), so nobody without it can give orders or hand in samples; it never
travels itself. The opening (:class:`Hello`, :class:`Welcome`, :class:`Refused`) makes a session of two random
texts, one from each side, so nothing can be said again later; after it the messages of each side are numbered
without a gap, so none can be lost unnoticed.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

#: Locust's type of all messages of ours.
TYPE = "rssbench"

#: Number of the messages that open a session.
OPENING = 0

_NONCE_BYTES = 16

Side = Literal["master", "worker"]


class MessageError(Exception):
    """A message that is not signed with our token, not of this session, out of order, or none of ours."""


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """``suite``: of what the worker is made, :func:`scenarios.remote.suite.suite_identity`."""

    name: str
    host: str
    suite: str
    nonce: bytes


class Welcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    nonce: bytes


class Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """The worker cannot take part, and trying again would not help."""

    reason: str


class Orders(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """The plan of this worker and its catalogues, as JSON; ``own_catalogue`` is empty where nothing is written to
    an RSS that others use. Of certificates and keys only the paths travel."""

    plan: bytes
    catalogue: bytes
    own_catalogue: bytes = b""


class Prepared(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """The plan can be worked with; its users may be started."""


class Ready(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """All users are connected."""


class ClockAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    pass


class ClockTold(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """Instants of the worker's CLOCK_MONOTONIC: when the question came, when the answer left."""

    received_ns: int
    answered_ns: int


class Start(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """When the schedule begins, by the worker's own CLOCK_MONOTONIC."""

    instant_ns: int


class Progress(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """``rows``: samples since the last time, as they stand in the file. ``cpu_ns``: CPU time of the worker's
    process since it began, at ``instant_ns`` of its clock. Comes twice a second from every worker that lives."""

    rows: bytes
    instant_ns: int
    cpu_ns: int


class Finished(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """All samples have been sent: ``rows_bytes`` in all. ``outcomes`` is the file beside them, ``held_back`` what
    the rate limit did."""

    outcomes: bytes
    rows_bytes: int
    held_back: int = 0


class Failed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """The worker cannot go on."""

    reason: str


class Stop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """End the load now; what was measured is wanted."""


class Goodbye(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """The trial is over. ``last``: no other comes. ``reason``: why it ended before its time, if it did."""

    last: bool
    reason: str = ""


Body = (
    Hello
    | Welcome
    | Refused
    | Orders
    | Prepared
    | Ready
    | ClockAsked
    | ClockTold
    | Start
    | Progress
    | Finished
    | Failed
    | Stop
    | Goodbye
)

#: As Locust carries it: ``body``, its ``number`` and its ``signature``.
Envelope = dict[str, Any]

_encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[Body] = msgspec.msgpack.Decoder(Body)


@dataclass(frozen=True)
class _Parts:
    number: int
    body: bytes
    signature: bytes


def new_nonce() -> bytes:
    return secrets.token_bytes(_NONCE_BYTES)


def seal_opening(token: bytes, sender: Side, body: Hello | Welcome | Refused, nonce: bytes = b"") -> Envelope:
    """``nonce``: that of the Hello which is answered."""
    return _sealed(token, nonce, sender, OPENING, _encode(body))


def open_opening(token: bytes, sender: Side, envelope: object, nonce: bytes = b"") -> Body:
    """MessageError when ``sender`` did not sign it with this token in answer to this Hello."""
    return _opened(token, nonce, sender, _parts(envelope))


def nonce_of(envelope: object) -> bytes:
    """Of a Hello whose signature nobody has looked at: enough to refuse it. MessageError when it is none."""
    hello = _body(_parts(envelope).body)
    if not isinstance(hello, Hello) or len(hello.nonce) != _NONCE_BYTES:
        raise MessageError("a worker is expected to say Hello first")
    return hello.nonce


def is_opening(envelope: object) -> bool:
    return _parts(envelope).number == OPENING


class Channel:
    """One side of a session."""

    def __init__(self, token: bytes, side: Side, session: bytes) -> None:
        """``session``: the nonce of the worker, then that of the master."""
        self._token = token
        self._session = session
        self._side: Side = side
        self._other: Side = "worker" if side == "master" else "master"
        self._sent = OPENING
        self._received = OPENING

    def seal(self, body: Body) -> Envelope:
        """The next message; what is sealed must be sent, in the order of sealing."""
        self._sent += 1
        return _sealed(self._token, self._session, self._side, self._sent, _encode(body))

    def open(self, envelope: object) -> Body:
        """The next message of the other side. MessageError when it is not that, or not signed by it."""
        parts = _parts(envelope)
        body = _opened(self._token, self._session, self._other, parts)
        if parts.number != self._received + 1:
            raise MessageError(f"message {parts.number} came where {self._received + 1} was expected")
        self._received = parts.number
        return body


def _sealed(token: bytes, session: bytes, sender: Side, number: int, body: bytes) -> Envelope:
    return {"number": number, "body": body, "signature": _signature(token, session, sender, number, body)}


def _opened(token: bytes, session: bytes, sender: Side, parts: _Parts) -> Body:
    expected = _signature(token, session, sender, parts.number, parts.body)
    if not hmac.compare_digest(expected, parts.signature):
        raise MessageError("a message is not signed with our token")
    return _body(parts.body)


def _signature(token: bytes, session: bytes, sender: Side, number: int, body: bytes) -> bytes:
    # every part has a fixed length but the last: no two different messages are signed alike
    head = len(session).to_bytes(1, "big") + session + sender.encode() + number.to_bytes(8, "big")
    return hmac.digest(token, head + body, "sha256")


def _parts(envelope: object) -> _Parts:
    if not isinstance(envelope, dict):
        raise MessageError("a message is none of ours")
    number, body, signature = (envelope.get(name) for name in ("number", "body", "signature"))
    if not (isinstance(number, int) and 0 <= number < 2**63):
        raise MessageError("a message has no number")
    if not (isinstance(body, bytes) and isinstance(signature, bytes)):
        raise MessageError("a message has no body or no signature")
    return _Parts(number, body, signature)


def _body(content: bytes) -> Body:
    try:
        return _decoder.decode(content)
    except msgspec.MsgspecError as error:
        raise MessageError(f"a message cannot be read: {error}") from error
