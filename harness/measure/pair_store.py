"""The pairs of a comparison on disk: one line each in ``pairs.jsonl``, the requests in ``pairs/NUMBER.npy``.

A line is written when its requests are, so that a comparison that was killed keeps every whole pair.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from harness.errors import RssbenchError
from harness.measure.pair import PAIR_TYPE, PairMeasurement, PairRows
from harness.store import writing


class SideCost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the services of one side cost beside requests: ``start_cpu_s`` until they are ready, ``memory_bytes``
    of their own, shared libraries left out, after the last request."""

    start_cpu_s: float
    memory_bytes: int


class PairLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``repetitions``: requests per operation and side. ``wrong``: first wrong answers by side ("0" baseline, "1"
    contender, of a control both baseline) and operation. ``elapsed_s``: with start and end of its processes.
    ``costs``: of both sides; None of a pair measured before there were any."""

    number: int
    is_control: bool
    repetitions: tuple[int, ...]
    wrong: dict[str, dict[str, str]]
    elapsed_s: float
    costs: tuple[SideCost, SideCost] | None = None


class PairStore:
    """``directory`` is that of the run."""

    def __init__(self, directory: Path) -> None:
        self._lines = directory / "pairs.jsonl"
        self._rows = directory / "pairs"

    def add(self, line: PairLine, measured: PairMeasurement) -> None:
        """RssbenchError when the disk is full; what was there before stays."""
        with writing(self._lines):
            self._rows.mkdir(exist_ok=True)
            np.save(self._file(line.number), measured.rows)
            with self._lines.open("ab") as stream:
                stream.write(msgspec.json.encode(line) + b"\n")

    def read(self) -> Iterator[tuple[PairLine, PairRows]]:
        """All whole pairs in the order in which they were measured; a torn last line is dropped.

        RssbenchError when a file is missing or holds something else.
        """
        text = self._lines.read_bytes() if self._lines.exists() else b""
        for number, content in enumerate(text.split(b"\n")[:-1], start=1):
            try:
                line = msgspec.json.decode(content, type=PairLine)
                rows = np.load(self._file(line.number), allow_pickle=False)
            except (msgspec.DecodeError, OSError, ValueError) as error:
                raise RssbenchError(f"{self._lines}, line {number}, is no measured pair: {error}") from error
            if rows.dtype != PAIR_TYPE:
                raise RssbenchError(f"{self._file(line.number)} holds no requests of a pair")
            yield line, rows

    def _file(self, number: int) -> Path:
        return self._rows / f"{number:04d}.npy"
