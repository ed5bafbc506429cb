"""Feeds bzt's aggregator from our samples, so that its live console and passfail see the run as it goes.

bzt rounds response times to whole milliseconds; nothing in our report comes from here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from bzt.modules.aggregator import ResultsReader

from harness.measure.samples import SampleTail, wall_clock_offset_ns
from scenarios.samples import Outcome


class SampleReader(ResultsReader):  # type: ignore[misc]
    """Reads new rows of a trial's sample files; ``concurrency`` is what bzt shows as users."""

    def __init__(self, directory: Path, concurrency: int, log: logging.Logger) -> None:
        super().__init__()
        self.directory = directory
        self.concurrency = concurrency
        self.log = log
        self._tail = SampleTail(directory)
        self._names: list[str] = []

    def _read(self, final_pass: bool = False) -> Iterator[tuple[Any, ...]]:  # noqa: FBT001, FBT002 - bzt's signature
        del final_pass
        names_file = self.directory / "operations.json"
        if not self._names and names_file.exists():
            self._names = msgspec.json.decode(names_file.read_bytes(), type=list[str])
        for row in self._tail.read():
            outcome = Outcome(int(row["outcome"]))
            latency_s = (int(row["end_ns"]) - int(row["due_ns"])) / 1e9
            yield (
                int((int(row["end_ns"]) + wall_clock_offset_ns()) / 1e9),
                self._names[int(row["operation"])],
                self.concurrency,
                latency_s,
                0.0,
                0.0,
                "200" if outcome is Outcome.ok else outcome.name,
                None if outcome is Outcome.ok else outcome.name,
                f"worker-{int(row['worker'])}",
                int(row["bytes"]),
            )
