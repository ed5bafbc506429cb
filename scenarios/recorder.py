"""Writes the samples of one worker: ``samples-<worker>.bin`` and the counts in ``outcomes-<worker>.json``.

Recording a request appends 40 bytes to memory; :meth:`Recorder.flush` writes them. Whoever owns the recorder
flushes at least once a second, so a killed worker loses at most its last second and the harness can follow.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from scenarios.outcomes import OutcomeCount, Outcomes, count_outcome, write_outcomes
from scenarios.samples import SAMPLE, Outcome

_pack = SAMPLE.pack
_OK = Outcome.ok


class Recorder:
    """``operation_names``: names by the index that samples carry. OSError when a file cannot be written."""

    def __init__(self, output_dir: Path, worker: int, operation_names: Sequence[str]) -> None:
        self._worker = worker
        self._operation_names = operation_names
        self._rows = bytearray()
        self._ok = [0] * len(operation_names)
        self._errors: Outcomes = {}
        self._new_errors = False
        self._outcomes_file = output_dir / f"outcomes-{worker}.json"
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
        if outcome is _OK:
            self._ok[operation] += 1
        else:
            count_outcome(self._errors, self._operation_names[operation], outcome, message)
            self._new_errors = True

    def flush(self) -> None:
        """Write the samples recorded since the last time, and the counts when there are new errors: replacing
        a file takes as long as recording hundreds of requests."""
        while self._rows:
            del self._rows[: os.write(self._descriptor, self._rows)]
        if self._new_errors:
            self._write_outcomes()

    def _write_outcomes(self) -> None:
        right = {
            name: {_OK.name: OutcomeCount(count, "")}
            for name, count in zip(self._operation_names, self._ok, strict=True)
            if count
        }
        every = {name: right.get(name, {}) | self._errors.get(name, {}) for name in right | self._errors}
        write_outcomes(every, self._outcomes_file)
        self._new_errors = False

    def close(self) -> None:
        """Flush, complete the counts and close; nothing can be recorded afterwards."""
        try:
            self.flush()
            self._write_outcomes()
        finally:
            os.close(self._descriptor)
