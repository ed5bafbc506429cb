"""A result on disk that is true at every moment while it is measured, also when it is gone on with later."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from msgspec.structs import replace

from harness.comparison import ComparisonResult
from harness.history import HistoryResult
from harness.measurement import Measurement
from harness.provenance import describe_environment
from harness.store import ResultKind

#: What an unfinished record says.
NOT_FINISHED = "the run was ended before it could finish"

Kept = TypeVar("Kept", bound=ComparisonResult | HistoryResult | Measurement)


def beginning(kind: ResultKind[Any], directory: Path, command: str) -> dict[str, Any]:
    """The fields that every result has, at its start."""
    return {
        "schema_version": kind.schema_version,
        "run_id": directory.name,
        "status": "incomplete",
        "problems": (NOT_FINISHED,),
        "started_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "duration_s": 0.0,
        "command": command,
        "environment": describe_environment(""),
    }


class KeptRecord(Generic[Kept]):
    """Keeps the file of its kind in ``directory``. ``duration_s`` is that of all invocations together.

    As a context manager around what is measured: complete at the end of it; incomplete, with the reason, when an
    exception ends it.
    """

    kind: ResultKind[Kept]

    def __init__(self, directory: Path, result: Kept) -> None:
        self.directory = directory
        self.result: Kept = result
        self._earlier_s = result.duration_s
        self._began_s = time.monotonic()

    def update(self, **changes: object) -> None:
        """RssbenchError when it cannot be written; what stood there before is kept."""
        duration_s = self._earlier_s + time.monotonic() - self._began_s
        self.result = replace(self.result, duration_s=duration_s, **changes)
        self.kind.write(self.result, self.directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.update(status="complete", problems=())
        else:
            self.update(status="incomplete", problems=(_reason(error),))


def _reason(error: BaseException) -> str:
    return "interrupted" if isinstance(error, KeyboardInterrupt) else str(error) or type(error).__name__
