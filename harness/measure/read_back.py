"""Whether a write that was acknowledged is there, and is seen by a read that was asked before it as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from scenarios.encoding import decode_answer
from scenarios.operation import TokenColumn
from scenarios.rpc import RpcClient


class NotThereError(Exception):
    """A write was acknowledged and is not to be seen; the text says where."""


@contextmanager
def read_back(client: RpcClient, written: TokenColumn, token: str) -> Iterator[None]:
    """Around the write that carries ``token``; NotThereError at its end, scenarios.rpc.CallFailedError.

    The service itself is asked, before and after, as the next user would: one that remembers what it answered
    before the write is found out, too. A release that cannot select these rows at all says nothing of the write.
    """
    is_selectable = _rows(client, written, token) is not None
    yield
    if is_selectable and not _rows(client, written, token):
        raise NotThereError(
            f"acknowledged, but not there when {written.table} is selected by {written.column} after it"
        )


def _rows(client: RpcClient, written: TokenColumn, token: str) -> int | None:
    """How many carry the token; None when the service does not say."""
    service, arguments = written.select(token)
    answer = client.call(service, "select", arguments)
    if answer.status != 200:
        return None
    result = decode_answer(answer.body)
    return len(result["Value"]) if result["OK"] else None
