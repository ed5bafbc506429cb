"""The samples of a trial as one numpy array, and what latency and service time mean on them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scenarios.samples import SAMPLE_FIELDS, Outcome

SAMPLE_TYPE = np.dtype(SAMPLE_FIELDS)

#: One dimension, of SAMPLE_TYPE.
Samples = npt.NDArray[Any]
Seconds = npt.NDArray[np.float64]

_PATTERN = "samples-*.bin"


def read_samples(trial_directory: Path) -> Samples:
    """Every sample of every worker, sorted by due time; empty without files. A torn last row is dropped."""
    return _by_due([_rows(file.read_bytes()) for file in sorted(trial_directory.glob(_PATTERN))])


class SampleTail:
    """Reads sample files while the workers still write them."""

    def __init__(self, trial_directory: Path) -> None:
        self._directory = trial_directory
        self._read_bytes: dict[Path, int] = {}

    def read(self) -> Samples:
        """The samples that came since the last call, sorted by due time; a half-written row comes next time."""
        arrays = []
        for file in sorted(self._directory.glob(_PATTERN)):
            position = self._read_bytes.get(file, 0)
            with file.open("rb") as stream:
                stream.seek(position)
                rows = _rows(stream.read())
            self._read_bytes[file] = position + rows.nbytes
            arrays.append(rows)
        return _by_due(arrays)


def is_sent(samples: Samples) -> npt.NDArray[np.bool_]:
    """Which of them left the generator at all."""
    return np.asarray(samples["outcome"] != Outcome.unsent)


def is_ok(samples: Samples) -> npt.NDArray[np.bool_]:
    """Which of them got the right answer."""
    return np.asarray(samples["outcome"] == Outcome.ok)


def latencies_s(samples: Samples) -> Seconds:
    """Due until last byte, in the order of ``samples``; ``inf`` for a request that got no right answer.

    So an error can only raise a percentile, never lower it, however fast it came.
    """
    return _elapsed_s(samples, "due_ns")


def service_times_s(samples: Samples) -> Seconds:
    """First byte sent until last byte read, of the requests that were sent; ``inf`` as in :func:`latencies_s`."""
    return _elapsed_s(samples[is_sent(samples)], "start_ns")


def wall_clock_offset_ns() -> int:
    """What to add to an instant of a sample to get ns since the epoch, as the two clocks stand now."""
    return time.time_ns() - time.monotonic_ns()


def _elapsed_s(samples: Samples, since: str) -> Seconds:
    # signed: the difference of unsigned clocks would wrap for a row without an end, before it becomes inf
    elapsed_ns = samples["end_ns"].astype(np.int64) - samples[since].astype(np.int64)
    return np.where(is_ok(samples), elapsed_ns / 1e9, np.inf)


def _rows(content: bytes) -> Samples:
    return np.frombuffer(content, dtype=SAMPLE_TYPE, count=len(content) // SAMPLE_TYPE.itemsize)


def _by_due(arrays: list[Samples]) -> Samples:
    merged = np.concatenate(arrays) if arrays else np.empty(0, dtype=SAMPLE_TYPE)
    return merged[np.argsort(merged["due_ns"], kind="stable")]
