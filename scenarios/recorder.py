"""Writes the samples of one worker: ``samples-<worker>.bin`` and the counts in ``outcomes-<worker>.json``.

Recording a request appends 40 bytes to memory; :meth:`Recorder.flush` writes them. Whoever owns the recorder
flushes at least once a second, so a killed worker loses at most its last second and the harness can follow.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from scenarios.outcomes import Outcomes, count_outcome, write_outcomes
from scenarios.samples import SAMPLE, Outcome

_pack = SAMPLE.pack


class Recorder:
    """``operation_names``: names by the index that samples carry. OSError when a file cannot be written."""

    def __init__(self, output_dir: Path, worker: int, operation_names: Sequence[str]) -> None:
        self._worker = worker
        self._operation_names = operation_names
        self._rows = bytearray()
        self._outcomes: Outcomes = {}
        self._outcomes_file = output_dir / f"outcomes-{worker}.json"
        self._outcomes_changed = True
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        self._descriptor = os.open(output_dir / f"samples-{worker}.bin", flags, 0o644)

    def record(  # noqa: PLR0913, PLR0917  the fields of a sample
        self,
        due_ns: int,
        start_ns: int,
        end_ns: int,
        body_bytes: int,
        sequence: int,
        operation: int,
        outcome: Outcome,
        in_flight: int,
        message: str = "",
    ) -> None:
        """One request; ``message`` says what went wrong."""
        self._rows += _pack(
            due_ns, start_ns, end_ns, body_bytes, sequence, operation, outcome, self._worker, in_flight
        )
        count_outcome(self._outcomes, self._operation_names[operation], outcome, message)
        self._outcomes_changed = True

    def flush(self) -> None:
        """Write what was recorded since the last time."""
        while self._rows:
            del self._rows[: os.write(self._descriptor, self._rows)]
        if self._outcomes_changed:
            write_outcomes(self._outcomes, self._outcomes_file)
            self._outcomes_changed = False

    def close(self) -> None:
        """Flush and close; nothing can be recorded afterwards."""
        try:
            self.flush()
        finally:
            os.close(self._descriptor)
