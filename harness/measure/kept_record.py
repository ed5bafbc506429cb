"""A result on disk that is true at every moment while it is measured, also when it is gone on with later."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Generic, TypeVar

from msgspec.structs import replace

from harness.bisection import BisectResult
from harness.comparison import ComparisonResult
from harness.history import HistoryResult
from harness.micro_comparison import MicroComparison
from harness.store import ResultKind

Kept = TypeVar("Kept", ComparisonResult, HistoryResult, BisectResult, MicroComparison)


class KeptRecord(Generic[Kept]):
    """Keeps the file of its kind in ``directory``. ``duration_s`` is that of all invocations together."""

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
