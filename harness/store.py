"""A result on disk: strict both ways, written as a whole. The kinds of result, and their files, stand at the end.

The fields are described in docs/run-json.md, docs/measurements.md, harness/history.py, harness/selftest_result.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from harness.bisection import BISECTION_SCHEMA_VERSION, BisectResult
from harness.comparison import COMPARISON_SCHEMA_VERSION, ComparisonResult
from harness.cycles import CYCLES_SCHEMA_VERSION, CyclesResult
from harness.email_cache import EMAIL_CACHE_SCHEMA_VERSION, EmailCacheResult
from harness.errors import RssbenchError
from harness.growth import GROWTH_SCHEMA_VERSION, GrowthResult
from harness.history import HISTORY_SCHEMA_VERSION, HistoryResult
from harness.measurement import Measurement
from harness.micro_comparison import MICRO_SCHEMA_VERSION, MicroComparison
from harness.micro_measurement import MICRO_MEASUREMENT_SCHEMA_VERSION, MicroMeasurement
from harness.model import SCHEMA_VERSION, RunResult
from harness.policy_costs import POLICIES_SCHEMA_VERSION, PoliciesResult
from harness.selftest_result import SELFTEST_SCHEMA_VERSION, SelftestResult

Result = TypeVar("Result", bound=RunResult | ComparisonResult | HistoryResult | Measurement | SelftestResult)


class _Version(msgspec.Struct):
    schema_version: int


@dataclass(frozen=True)
class ResultKind(Generic[Result]):
    """What there is to store: its name in messages and lists, its file, and the layout of that file."""

    name: str
    file: str
    schema_version: int
    layout: type[Result]

    def stands_in(self, directory: Path) -> bool:
        return (directory / self.file).exists()

    def read(self, directory: Path) -> Result:
        """RssbenchError, with the file and the path of the key, when it is missing, of another kind or schema."""
        return self.decode(directory, self.read_content(directory))

    def read_content(self, directory: Path) -> bytes:
        """The bytes of the file. RssbenchError when it cannot be read."""
        try:
            return (directory / self.file).read_bytes()
        except OSError as error:
            raise RssbenchError(f"there is no {self.name} to read in {directory}: {error.strerror}") from error

    def decode(self, directory: Path, content: bytes) -> Result:
        """What the file holds, given its bytes. RssbenchError when that is no result of this kind."""
        file = directory / self.file
        try:
            version = msgspec.json.decode(content, type=_Version).schema_version
            if version != self.schema_version:
                raise RssbenchError(
                    f"{file} has schema version {version}, this rssbench reads {self.schema_version}; "
                    f"use the version of rssbench that wrote it"
                )
            return msgspec.json.decode(content, type=self.layout)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise RssbenchError(f"{file} is not a {self.name}: {error}") from error

    def write(self, result: Result, directory: Path) -> None:
        """Replace the file as a whole: a reader, or a crash, sees the old one or the new one.

        RssbenchError when it cannot be written; the old one stays.
        """
        content = msgspec.json.format(msgspec.json.encode(result), indent=2)
        file = directory / self.file
        unfinished = file.with_name(f"{self.file}.tmp")
        with writing(file):
            with unfinished.open("wb") as stream:
                stream.write(content + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            unfinished.replace(file)


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Turn a disk that is full, read-only or gone into an RssbenchError that names ``file``."""
    try:
        yield
    except OSError as error:
        raise RssbenchError(
            f"cannot write {file}: {error.strerror}; make room or choose another folder "
            f"(what stood there before is kept)"
        ) from error


def new_directory(results: Path, ending: str = "") -> Path:
    """A new folder for what is measured from now on, named after this instant. RssbenchError when it cannot be."""
    directory = results / (datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S.%f") + ending)
    with writing(directory):
        directory.mkdir(parents=True)
    return directory


RUN = ResultKind("run", "run.json", SCHEMA_VERSION, RunResult)
COMPARISON = ResultKind("comparison", "comparison.json", COMPARISON_SCHEMA_VERSION, ComparisonResult)
BISECTION = ResultKind("bisection", "bisect.json", BISECTION_SCHEMA_VERSION, BisectResult)
HISTORY = ResultKind("history", "history.json", HISTORY_SCHEMA_VERSION, HistoryResult)
GROWTH = ResultKind("growth", "growth.json", GROWTH_SCHEMA_VERSION, GrowthResult)
POLICIES = ResultKind("policies", "policies.json", POLICIES_SCHEMA_VERSION, PoliciesResult)
CYCLES = ResultKind("cycles", "cycles.json", CYCLES_SCHEMA_VERSION, CyclesResult)
EMAIL_CACHE = ResultKind("email-cache", "email-cache.json", EMAIL_CACHE_SCHEMA_VERSION, EmailCacheResult)
MICRO = ResultKind("micro", "micro-build.json", MICRO_MEASUREMENT_SCHEMA_VERSION, MicroMeasurement)
MICRO_COMPARISON = ResultKind("micro-comparison", "micro.json", MICRO_SCHEMA_VERSION, MicroComparison)
SELFTEST = ResultKind("self-test", "selftest.json", SELFTEST_SCHEMA_VERSION, SelftestResult)

#: What is measured beside runs and comparisons, in the order in which a page shows it.
MEASUREMENTS: tuple[ResultKind[Any], ...] = (GROWTH, POLICIES, CYCLES, EMAIL_CACHE, MICRO, MICRO_COMPARISON)
