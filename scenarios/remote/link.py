"""One remote worker as the master sees it: its session, its clock, and the files that its samples go to."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec
import numpy as np

from scenarios.held_back import write_held_back
from scenarios.remote.clock import ClockReading, Exchange, drift_ratio
from scenarios.remote.messages import (
    Body,
    Channel,
    ClockTold,
    Envelope,
    Failed,
    Finished,
    Hello,
    MessageError,
    Prepared,
    Progress,
    Ready,
)
from scenarios.remote.record import USAGE_FILE, RemoteWorker, WorkerUsage
from scenarios.samples import SAMPLE, SAMPLE_FIELDS

_INSTANTS = ("due_ns", "start_ns", "end_ns")


class Link:
    """``node``: Locust's name of the connection. ``failure``: why this worker cannot go on, once that is known.

    Samples are written with instants of the master's clock: while they come, by its first reading; in the end, by
    both (:meth:`correct`).
    """

    def __init__(self, node: str, hello: Hello, nonce: bytes, channel: Channel) -> None:
        self.node = node
        self.hello = hello
        self.nonce = nonce
        self.channel = channel
        self.number = -1
        self.failure: str | None = None
        self.is_prepared = self.is_ready = False
        self.first: ClockReading | None = None
        self.last: ClockReading | None = None
        self.finished: Finished | None = None
        self.exchanges: list[Exchange] = []
        #: time.monotonic() of the last sign of life
        self.heard_s = time.monotonic()
        self._asked_ns = 0
        self._rows_bytes = 0
        self._directory = Path()
        self._samples = -1

    @property
    def name(self) -> str:
        return f"{self.hello.name} on {self.hello.host}"

    @property
    def record(self) -> RemoteWorker:
        first, last = self.first, self.last
        return RemoteWorker(
            number=self.number,
            name=self.hello.name,
            host=self.hello.host,
            samples=self._rows_bytes // SAMPLE.size,
            clock_difference_s=first.difference_ns / 1e9 if first else None,
            clock_change_s=(last.difference_ns - first.difference_ns) / 1e9 if first and last else None,
            clock_error_s=max(one.error_ns for one in (first, last) if one) / 1e9 if first else None,
        )

    def record_to(self, directory: Path, number: int) -> None:
        """Make the file of its samples. OSError when that cannot be."""
        self.number, self._directory = number, directory
        self._samples = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)

    def asks(self, asked_ns: int) -> None:
        self._asked_ns = asked_ns

    def take(self, envelope: Envelope, came_ns: int) -> None:
        """What the worker says; what is wrong with it becomes its failure."""
        try:
            self._take(self.channel.open(envelope), came_ns)
        except MessageError as error:
            self.failure = f"what it said was lost or forged: {error}"
        except OSError as error:
            self.failure = f"its samples cannot be written: {error.strerror}"

    def _take(self, body: Body, came_ns: int) -> None:
        self.heard_s = time.monotonic()
        if isinstance(body, Progress):
            self._write(body)
        elif isinstance(body, ClockTold):
            self.exchanges.append(Exchange(self._asked_ns, body.received_ns, body.answered_ns, came_ns))
        elif isinstance(body, Prepared):
            self.is_prepared = True
        elif isinstance(body, Ready):
            self.is_ready = True
        elif isinstance(body, Finished):
            self._finish(body)
        elif isinstance(body, Failed):
            self.failure = body.reason
        else:
            raise MessageError(f"a worker does not say {type(body).__name__}")

    def _write(self, progress: Progress) -> None:
        if self.first is None:
            return
        difference_ns = self.first.difference_ns
        rows = np.frombuffer(progress.rows, dtype=SAMPLE_FIELDS).copy()
        for field in _INSTANTS:
            rows[field] -= np.int64(difference_ns).astype(np.uint64)  # wraps as it should when it is below 0
        content = rows.tobytes()
        while content:
            content = content[os.write(self._samples, content) :]
        self._rows_bytes += len(progress.rows)
        usage = WorkerUsage(self.number, progress.instant_ns - difference_ns, progress.cpu_ns)
        with (self._directory / USAGE_FILE).open("ab") as stream:
            stream.write(msgspec.json.encode(usage) + b"\n")

    def _finish(self, finished: Finished) -> None:
        if finished.rows_bytes != self._rows_bytes:
            raise MessageError(f"{finished.rows_bytes} bytes of samples were sent, {self._rows_bytes} came")
        (self._directory / f"outcomes-{self.number}.json").write_bytes(finished.outcomes)
        write_held_back(self._directory, self.number, finished.held_back)
        self.finished = finished

    def correct(self) -> None:
        """Move the instants of its samples to where both readings of its clock put them. OSError."""
        assert self.first
        assert self.last
        rows = np.fromfile(self._file, dtype=SAMPLE_FIELDS)
        ratio = drift_ratio(self.first, self.last)
        for field in _INSTANTS:
            since_ns = rows[field].astype(np.int64) + (self.first.difference_ns - self.first.at_ns)
            rows[field] -= np.rint(ratio * since_ns).astype(np.int64).astype(np.uint64)
        unfinished = self._file.with_suffix(".tmp")
        unfinished.write_bytes(rows.tobytes())
        unfinished.replace(self._file)

    def close(self) -> None:
        if self._samples >= 0:
            os.close(self._samples)
            self._samples = -1

    @property
    def _file(self) -> Path:
        return self._directory / f"samples-{self.number}.bin"
