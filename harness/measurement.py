"""What the result of every measurement begins with, whatever it measures. Words: docs/glossary.md."""

from __future__ import annotations

from typing import Literal

import msgspec

from harness.model import Environment


class Measurement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``incomplete``: it ended before its time, ``problems`` say why; what was measured until then is there."""

    schema_version: int
    run_id: str
    status: Literal["complete", "incomplete"]
    problems: tuple[str, ...]
    started_at: str
    duration_s: float
    command: str
    environment: Environment
