"""Structs and the documents that describe them, field by field."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec


def structs_of(kind: Any, found: dict[str, type[msgspec.Struct]]) -> dict[str, type[msgspec.Struct]]:
    """All Structs that a type is made of, by name."""
    for part in get_args(kind):
        structs_of(part, found)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__name__ not in found:
        found[kind.__name__] = kind
        for field in get_type_hints(kind).values():
            structs_of(field, found)
    return found


def described_fields(document: Path) -> dict[str, list[str]]:
    """The fields in the table of each section, by the name of the Struct that heads it."""
    sections = re.findall(r"^## (\w+)\b[^\n]*\n(.*?)(?=^## |\Z)", document.read_text(), re.MULTILINE | re.DOTALL)
    return {
        name: re.findall(r"^\| `(\w+)` \| [^|\n]+ \| [^|\n]{3,} \|$", text, re.MULTILINE)
        for name, text in sections
    }
