"""The record of a measurement on disk: there from the start, and true at every moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace

from harness.measure.kept_record import KeptRecord, beginning
from harness.measurement import Measurement
from harness.store import ResultKind

Kept = TypeVar("Kept", bound=Measurement)


@dataclass(frozen=True)
class Place:
    """Where a measurement writes and where its stacks live, what to type to repeat it, and who is told of it."""

    directory: Path
    command: str
    stack_root: Path
    progress: Callable[[str], None]


class MeasurementRecord(KeptRecord[Kept]):
    """There from the start; ``own``: the fields that this kind of result adds. RssbenchError when it cannot be
    written."""

    def __init__(self, kind: ResultKind[Kept], place: Place, **own: Any) -> None:  # noqa: ANN401
        self.kind = kind
        super().__init__(
            place.directory,
            kind.layout(**beginning(kind, place.directory, place.command), **own),
        )
        self.update()

    def keep_database_version(self, version: str) -> None:
        self.update(environment=replace(self.result.environment, database_version=version))
