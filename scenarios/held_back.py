"""How many requests of a trial the rate limit let wait: one file per worker beside the samples."""

from __future__ import annotations

from pathlib import Path


def write_held_back(directory: Path, worker: int, requests: int) -> None:
    (directory / f"held-back-{worker}").write_text(str(requests))


def read_held_back(directory: Path) -> int:
    """Over all workers; 0 without a limit. ValueError when a file is something else."""
    return sum(int(file.read_text()) for file in directory.glob("held-back-*"))
