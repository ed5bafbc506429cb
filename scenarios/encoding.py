"""DIRAC's two encodings of arguments and results: JSON, and DEncode of older clients and services.

Decoded values are those of the JSON, whichever it was: an instant is ``{"__dCls": "dt", "obj": "YYYY-MM-DD
HH:MM:SS"}``. Arguments may have instants as that or as ``datetime``.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from scenarios.dencode import dencode, undencode


def _encode_dirac(value: object) -> dict[str, str]:
    if isinstance(value, dt.datetime):
        return {"__dCls": "dt", "obj": value.strftime("%Y-%m-%d %H:%M:%S")}
    raise TypeError(f"DIRAC's JSON has no {type(value).__name__}")


#: JSON text, all ASCII, byte for byte what DIRAC's own client sends.
encode_json = json.JSONEncoder(default=_encode_dirac).encode

_decode_json = msgspec.json.Decoder().decode


#: How a client writes; services read both.
Encoding = Literal["json", "dencode"]

ENCODERS: dict[Encoding, Callable[[object], bytes]] = {
    "json": lambda value: encode_json(value).encode("ascii"),
    "dencode": dencode,
}


def decode_answer(body: bytes) -> Any:  # noqa: ANN401
    """The result of a call, ``{"OK": ..., "Value": ...}``, in either encoding; ValueError when it is in neither.

    A dictionary begins with ``{`` in JSON and with ``d`` in DEncode.
    """
    return undencode(body) if body[:1] == b"d" else _decode_json(body)
