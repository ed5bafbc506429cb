"""The record of a measurement on disk: there from the start, and true at every moment."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from msgspec.structs import replace

from harness.errors import RssbenchError
from harness.measure.run_record import NOT_FINISHED
from harness.measurement import Measurement
from harness.provenance import describe_environment
from harness.store import ResultKind

Kept = TypeVar("Kept", bound=Measurement)


@dataclass(frozen=True)
class Place:
    """Where a measurement writes and where its stacks live, what to type to repeat it, and who is told of it."""

    directory: Path
    command: str
    stack_root: Path
    progress: Callable[[str], None]


class MeasurementRecord(Generic[Kept]):
    """Entered, it is open: ``complete`` when the context ends, ``incomplete`` with the reason when that does not
    come to its end. What was kept until then stays."""

    def __init__(self, kind: ResultKind[Kept], place: Place, **own: Any) -> None:  # noqa: ANN401
        """``own``: the fields that this kind of result adds. RssbenchError when it cannot be written."""
        self._kind = kind
        self._directory = place.directory
        self._began_s = time.monotonic()
        self.result = kind.layout(
            schema_version=kind.schema_version,
            run_id=place.directory.name,
            status="incomplete",
            problems=(NOT_FINISHED,),
            started_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            duration_s=0.0,
            command=place.command,
            environment=describe_environment(""),
            **own,
        )
        self.keep()

    def keep(self, **changes: object) -> None:
        """The result with these changes, on disk. RssbenchError when it cannot be written."""
        self.result = replace(self.result, duration_s=time.monotonic() - self._began_s, **changes)
        self._kind.write(self.result, self._directory)

    def keep_database_version(self, version: str) -> None:
        self.keep(environment=replace(self.result.environment, database_version=version))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.keep(status="complete", problems=())
        elif isinstance(error, KeyboardInterrupt):
            self.keep(problems=(str(error) or "interrupted",))
        elif isinstance(error, RssbenchError):
            self.keep(problems=(str(error),))
