"""What every made-up measurement begins with."""

from __future__ import annotations

from typing import Any

from harness.model import BuildIdentity, Environment
from harness.store import ResultKind

ENVIRONMENT = Environment("host", "Linux 6", "cpu", 2, 2**33, 1.0, "10.11.19", "3.11.7", {}, "0.1.0", None)


def identity(name: str = "9.1.22") -> BuildIdentity:
    return BuildIdentity(name, name, "today", "3.11.7", "key", {"dirac": name})


def beginning(kind: ResultKind[Any], **changes: Any) -> dict[str, Any]:
    return {
        "schema_version": kind.schema_version,
        "run_id": "2026-11-25_10-00-00.000000",
        "status": "complete",
        "problems": (),
        "started_at": "2026-11-25T10:00:00+00:00",
        "duration_s": 31.0,
        "command": f"rssbench {kind.name} 9.1.22",
        "environment": ENVIRONMENT,
    } | changes
