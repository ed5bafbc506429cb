"""What a read answered, short enough to keep and exact enough to compare."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from harness.counted import ReadAnswer

#: Characters of an answer that are kept to show what it looks like.
BEGINNING_LENGTH = 300

_encode = msgspec.json.Encoder(order="sorted").encode


def summarise_answer(value: object, *, ordered: bool) -> ReadAnswer:
    """``value`` is what decode_answer made of the answer's ``Value``. Unless ``ordered``, rows are sorted first:
    a database may send them in any order."""
    rows = [_encode(row) for row in value] if isinstance(value, list) else None
    if rows is not None and not ordered:
        rows.sort()
    text = _encode(value) if rows is None else b"[" + b",".join(rows) + b"]"
    return ReadAnswer(
        digest=hashlib.sha256(text).hexdigest()[:16],
        rows=None if rows is None else len(rows),
        beginning=text.decode()[:BEGINNING_LENGTH],
    )


def asks_for_order(arguments: Sequence[Any]) -> bool:
    """Whether a call of DIRAC's select says in which order it wants the rows."""
    return any(isinstance(argument, dict) and "order" in argument.get("Meta", {}) for argument in arguments)
