"""The file ``start`` beside the samples: the CLOCK_MONOTONIC instant (ns) at which the schedule begins."""

from __future__ import annotations

from pathlib import Path

_NAME = "start"


def write_start(directory: Path, instant_ns: int) -> None:
    """As a whole: who waits for the file finds the instant in it."""
    unfinished = directory / f"{_NAME}.tmp"
    unfinished.write_text(str(instant_ns))
    unfinished.rename(directory / _NAME)


def read_start(directory: Path) -> int | None:
    """None while nobody has said when; ValueError when the file is something else."""
    try:
        return int((directory / _NAME).read_text())
    except FileNotFoundError:
        return None
