"""The pairs of windows of the lane load on disk: one line each in ``windows.jsonl``."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.errors import RssbenchError
from harness.store import writing


class LoadWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One build under the load for one window. Percentiles of the latency over all requests due in it, in
    seconds, None where an error reaches into them. ``bottleneck``: why the window says nothing about the build."""

    latency_p50_s: float | None
    latency_p95_s: float | None
    latency_p99_s: float | None
    offered_rate_per_s: float | None
    reached_rate_per_s: float
    requests: int
    errors: int
    first_error: str | None
    bottleneck: str | None


class WindowPair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``windows``: baseline, contender."""

    number: int
    scenario: str
    windows: tuple[LoadWindow, LoadWindow]


class WindowStore:
    """``directory`` is that of the run."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "windows.jsonl"

    def add(self, pair: WindowPair) -> None:
        with writing(self._file), self._file.open("ab") as stream:
            stream.write(msgspec.json.encode(pair) + b"\n")

    def read(self) -> list[WindowPair]:
        """In the order measured; a torn last line is dropped. RssbenchError when a line is something else."""
        lines = self._file.read_bytes().split(b"\n")[:-1] if self._file.exists() else []
        try:
            return [msgspec.json.decode(line, type=WindowPair) for line in lines]
        except msgspec.DecodeError as error:
            raise RssbenchError(f"{self._file} holds a line that is no pair of windows: {error}") from error
