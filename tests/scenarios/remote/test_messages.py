"""Only who has the token is heard, nothing can be said twice, and nothing can be lost unnoticed."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.remote.messages import (
    Channel,
    ClockAsked,
    Goodbye,
    Hello,
    MessageError,
    Prepared,
    Ready,
    Start,
    Welcome,
    is_opening,
    new_nonce,
    nonce_of,
    open_opening,
    seal_opening,
)

TOKEN = b"0123456789abcdef0123456789abcdef"
OTHER = b"another-token-another-token-another"
SESSION = b"w" * 16 + b"m" * 16


def channels(token: bytes = TOKEN, session: bytes = SESSION) -> tuple[Channel, Channel]:
    return Channel(TOKEN, "master", SESSION), Channel(token, "worker", session)


def hello() -> Hello:
    return Hello("one", "host", "0.1.0", new_nonce())


def test_both_sides_understand_each_other() -> None:
    master, worker = channels()
    assert worker.open(master.seal(Start(12))) == Start(12)
    assert master.open(worker.seal(Prepared())) == Prepared()
    assert worker.open(master.seal(Goodbye(last=True))) == Goodbye(last=True)


def test_a_hello_is_answered_under_its_nonce() -> None:
    said = hello()
    envelope = seal_opening(TOKEN, "worker", said)
    assert is_opening(envelope)
    assert open_opening(TOKEN, "worker", envelope) == said
    answer = seal_opening(TOKEN, "master", Welcome(b"m" * 16), nonce_of(envelope))
    assert open_opening(TOKEN, "master", answer, said.nonce) == Welcome(b"m" * 16)
    with pytest.raises(MessageError, match="not signed with our token"):
        open_opening(TOKEN, "master", answer, new_nonce())


def test_a_stranger_can_say_hello_but_is_not_believed() -> None:
    envelope = seal_opening(OTHER, "worker", hello())
    assert len(nonce_of(envelope)) == 16
    with pytest.raises(MessageError, match="not signed with our token"):
        open_opening(TOKEN, "worker", envelope)


@pytest.mark.parametrize(("token", "session"), [(OTHER, SESSION), (TOKEN, b"x" * 32)])
def test_another_token_or_session_is_not_heard(token: bytes, session: bytes) -> None:
    master, worker = channels(token, session)
    with pytest.raises(MessageError, match="not signed with our token"):
        master.open(worker.seal(Ready()))


@pytest.mark.parametrize("part", ["number", "body", "signature"])
def test_a_message_that_was_changed_on_its_way_is_not_heard(part: str) -> None:
    master, worker = channels()
    envelope = worker.seal(Ready())
    envelope[part] = envelope[part] + (1 if part == "number" else b"x")
    with pytest.raises(MessageError, match="not signed with our token"):
        master.open(envelope)


def test_what_a_side_said_itself_is_not_taken_from_the_other() -> None:
    master, _worker = channels()
    with pytest.raises(MessageError, match="not signed with our token"):
        master.open(master.seal(ClockAsked()))


def test_a_message_that_is_missing_is_noticed_by_the_next_one() -> None:
    master, worker = channels()
    worker.seal(Prepared())
    with pytest.raises(MessageError, match="message 2 came where 1 was expected"):
        master.open(worker.seal(Ready()))


def test_a_message_is_heard_once() -> None:
    master, worker = channels()
    envelope = worker.seal(Prepared())
    master.open(envelope)
    with pytest.raises(MessageError, match="message 1 came where 2 was expected"):
        master.open(envelope)


@pytest.mark.parametrize(
    "garbage", [None, "text", {}, {"number": -1, "body": b"", "signature": b""}, {"number": 1, "body": "b"}]
)
def test_garbage_is_refused(garbage: Any) -> None:
    with pytest.raises(MessageError):
        channels()[0].open(garbage)
    with pytest.raises(MessageError):
        nonce_of(garbage)


def test_a_hello_with_a_nonce_of_another_length_is_none() -> None:
    with pytest.raises(MessageError, match="expected to say Hello"):
        nonce_of(seal_opening(TOKEN, "worker", Hello("one", "host", "0.1.0", b"x" * 300)))
