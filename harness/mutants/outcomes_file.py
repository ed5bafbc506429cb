"""Outcomes on disk: a line of ``mutants.jsonl`` for each as it comes in, so that a run can be continued."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from harness.errors import RssbenchError
from harness.mutant_scores import MutantOutcome
from harness.store import writing

FILE = "mutants.jsonl"


class OutcomesFile:
    """In a folder of its own below ``results``. A line that a crash left unfinished is dropped."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._path = directory / FILE

    def read(self) -> list[MutantOutcome]:
        """Those that are there, the oldest first. RssbenchError naming the line that is none."""
        if not self._path.exists():
            return []
        *lines, unfinished = self._path.read_bytes().split(b"\n")
        if unfinished:
            with writing(self._path):
                os.truncate(self._path, sum(len(line) + 1 for line in lines))
        outcomes = []
        for number, line in enumerate(lines, 1):
            try:
                outcomes.append(msgspec.json.decode(line, type=MutantOutcome))
            except msgspec.DecodeError as error:
                raise RssbenchError(f"{self._path}, line {number} is no outcome of a mutant: {error}") from error
        return outcomes

    def add(self, outcome: MutantOutcome) -> None:
        """RssbenchError when it cannot be written."""
        with writing(self._path), self._path.open("ab") as stream:
            stream.write(msgspec.json.encode(outcome) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
