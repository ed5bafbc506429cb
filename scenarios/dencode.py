"""DEncode, the encoding of DIRAC's clients and services up to 8.0: a value is a letter and what follows it.

``n`` None, ``b0``/``b1``, ``i<int>e``, ``f<float>e``, ``s<bytes>:<UTF-8>``, ``l...e`` list, ``t...e`` tuple,
``d...e`` dictionary, ``za``/``zd``/``zt`` and a tuple for an instant, a day and a time of day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

_END = ord("e")


def dencode(value: object) -> bytes:
    """Byte for byte what DIRAC makes of it; an instant may also be what DIRAC's JSON makes of one.

    TypeError for what DEncode cannot hold.
    """
    parts: list[bytes] = []
    _encode(value, parts)
    return b"".join(parts)


def undencode(data: bytes) -> Any:  # noqa: ANN401
    """The value, with tuples as lists and instants and days as DIRAC's JSON has them. ValueError when it is not
    exactly one value."""
    try:
        value, end = _DECODERS[data[0]](data, 0)
    except (IndexError, KeyError, RecursionError, TypeError) as error:
        raise ValueError(f"no DEncode: {type(error).__name__} {error}") from error
    if end != len(data):
        raise ValueError(f"no DEncode: {len(data) - end} bytes after its end")
    return value


def _encode(value: Any, parts: list[bytes]) -> None:  # noqa: ANN401
    encoder = _ENCODERS.get(type(value))
    if encoder is None:
        raise TypeError(f"DIRAC's DEncode has no {type(value).__name__}")
    encoder(value, parts)


def _encode_text(value: str, parts: list[bytes]) -> None:
    encoded = value.encode()
    parts.append(b"s%d:%b" % (len(encoded), encoded))


def _encode_list(value: list[Any], parts: list[bytes]) -> None:
    parts.append(b"l")
    for item in value:
        _encode(item, parts)
    parts.append(b"e")


def _encode_tuple(value: tuple[Any, ...], parts: list[bytes]) -> None:
    parts.append(b"t")
    for item in value:
        _encode(item, parts)
    parts.append(b"e")


def _encode_dictionary(value: dict[Any, Any], parts: list[bytes]) -> None:
    if value.get("__dCls") == "dt":
        _encode_instant(dt.datetime.fromisoformat(value["obj"]), parts)
        return
    parts.append(b"d")
    for key, item in value.items():
        _encode(key, parts)
        _encode(item, parts)
    parts.append(b"e")


def _encode_instant(value: dt.datetime, parts: list[bytes]) -> None:
    day = (value.year, value.month, value.day)
    parts.append(b"za")
    _encode_tuple((*day, value.hour, value.minute, value.second, value.microsecond, value.tzinfo), parts)


_ENCODERS: dict[type, Callable[[Any, list[bytes]], None]] = {
    type(None): lambda _value, parts: parts.append(b"n"),
    bool: lambda value, parts: parts.append(b"b1" if value else b"b0"),
    int: lambda value, parts: parts.append(b"i%de" % value),
    float: lambda value, parts: parts.append(f"f{value}e".encode()),
    str: _encode_text,
    list: _encode_list,
    tuple: _encode_tuple,
    dict: _encode_dictionary,
    dt.datetime: _encode_instant,
}


def _decode_integer(data: bytes, start: int) -> tuple[int, int]:
    end = data.index(b"e", start)
    return int(data[start + 1 : end]), end + 1


def _decode_float(data: bytes, start: int) -> tuple[float, int]:
    end = data.index(b"e", start)
    if data[end + 1 : end + 2] in (b"+", b"-"):  # the e of the exponent, whose sign is always written
        end = data.index(b"e", end + 1)
    return float(data[start + 1 : end]), end + 1


def _decode_truth(data: bytes, start: int) -> tuple[bool, int]:
    return data[start + 1] != ord("0"), start + 2


def _decode_text(data: bytes, start: int) -> tuple[str, int]:
    begin = data.index(b":", start) + 1
    length = int(data[start + 1 : begin - 1])
    end = begin + length
    if not 0 <= length <= len(data) - begin:
        raise IndexError(f"text of {length} bytes")
    return data[begin:end].decode(errors="replace"), end


def _decode_list(data: bytes, start: int) -> tuple[list[Any], int]:
    items = []
    place = start + 1
    while data[place] != _END:
        item, place = _DECODERS[data[place]](data, place)
        items.append(item)
    return items, place + 1


def _decode_dictionary(data: bytes, start: int) -> tuple[dict[Any, Any], int]:
    found = {}
    place = start + 1
    while data[place] != _END:
        key, place = _DECODERS[data[place]](data, place)
        found[key], place = _DECODERS[data[place]](data, place)
    return found, place + 1


def _decode_instant(data: bytes, start: int) -> tuple[Any, int]:
    numbers, end = _decode_list(data, start + 2)
    kind = data[start + 1]
    if kind == ord("a"):
        return {"__dCls": "dt", "obj": "{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(*numbers)}, end
    if kind == ord("d"):
        return {"__dCls": "date", "obj": "{:04}-{:02}-{:02}".format(*numbers)}, end
    raise KeyError(f"z{chr(kind)}")


_DECODERS: dict[int, Callable[[bytes, int], tuple[Any, int]]] = {
    ord("n"): lambda _data, start: (None, start + 1),
    ord("b"): _decode_truth,
    ord("i"): _decode_integer,
    ord("I"): _decode_integer,
    ord("f"): _decode_float,
    ord("s"): _decode_text,
    ord("u"): _decode_text,
    ord("l"): _decode_list,
    ord("t"): _decode_list,
    ord("d"): _decode_dictionary,
    ord("z"): _decode_instant,
}
