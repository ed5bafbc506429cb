"""Of what a generator is made: master and workers must be of the same suite, or they would not mean the same."""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path

_SOURCES = Path(__file__).parents[1]


@cache
def suite_identity() -> str:
    """Version of rssbench, with a digest of the sources that make load: what was changed by hand counts too."""
    digest = hashlib.sha256()
    for file in sorted(_SOURCES.rglob("*.py")):
        digest.update(f"{file.relative_to(_SOURCES)}\0".encode() + file.read_bytes() + b"\0")
    return f"{importlib.metadata.version('rssbench')} (sources {digest.hexdigest()[:12]})"
