"""A result on disk (``run.json``, ``comparison.json``, ``growth.json``, ``micro.json``): strict both ways, written
as a whole.

The fields are described in docs/run-json.md, harness/comparison.py and harness/growth.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, Literal, TypeVar

import msgspec

from harness.comparison import COMPARISON_SCHEMA_VERSION, ComparisonResult
from harness.growth import GROWTH_SCHEMA_VERSION, GrowthResult
from harness.micro_comparison import MICRO_SCHEMA_VERSION, MicroComparison
from harness.model import SCHEMA_VERSION, RssbenchError, RunResult

Result = TypeVar("Result", RunResult, ComparisonResult, GrowthResult, MicroComparison)


@dataclass(frozen=True)
class ResultKind(Generic[Result]):
    """What there is to store: its name in messages, its file, and the layout of that file."""

    name: Literal["run", "comparison", "growth", "micro-comparison"]
    file: str
    schema_version: int
    layout: type[Result]


RUN = ResultKind("run", "run.json", SCHEMA_VERSION, RunResult)
COMPARISON = ResultKind("comparison", "comparison.json", COMPARISON_SCHEMA_VERSION, ComparisonResult)
GROWTH = ResultKind("growth", "growth.json", GROWTH_SCHEMA_VERSION, GrowthResult)
MICRO = ResultKind("micro-comparison", "micro.json", MICRO_SCHEMA_VERSION, MicroComparison)


class _Version(msgspec.Struct):
    schema_version: int


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


def write_run(run: RunResult, run_directory: Path) -> None:
    """Replace ``run.json`` as a whole: a reader, or a crash, sees the old one or the new one.

    RssbenchError when it cannot be written; the old one stays.
    """
    _write(RUN, run, run_directory)


def write_comparison(comparison: ComparisonResult, run_directory: Path) -> None:
    """Replace ``comparison.json``, in the way of :func:`write_run`."""
    _write(COMPARISON, comparison, run_directory)


def write_growth(growth: GrowthResult, run_directory: Path) -> None:
    """Replace ``growth.json``, in the way of :func:`write_run`."""
    _write(GROWTH, growth, run_directory)


def write_micro(comparison: MicroComparison, run_directory: Path) -> None:
    """Replace ``micro.json``, in the way of :func:`write_run`."""
    _write(MICRO, comparison, run_directory)


def read_run(run_directory: Path) -> RunResult:
    """RssbenchError, with the file and the path of the key, when it is missing, no run, or of another schema."""
    return decode(RUN, run_directory, read_content(RUN, run_directory))


def read_comparison(run_directory: Path) -> ComparisonResult:
    """RssbenchError, in the way of :func:`read_run`."""
    return decode(COMPARISON, run_directory, read_content(COMPARISON, run_directory))


def read_growth(run_directory: Path) -> GrowthResult:
    """RssbenchError, in the way of :func:`read_run`."""
    return decode(GROWTH, run_directory, read_content(GROWTH, run_directory))


def read_micro(run_directory: Path) -> MicroComparison:
    """RssbenchError, in the way of :func:`read_run`."""
    return decode(MICRO, run_directory, read_content(MICRO, run_directory))


def read_content(kind: ResultKind[Result], run_directory: Path) -> bytes:
    """The bytes of the file. RssbenchError when it cannot be read."""
    try:
        return (run_directory / kind.file).read_bytes()
    except OSError as error:
        raise RssbenchError(f"there is no {kind.name} to read in {run_directory}: {error.strerror}") from error


def decode(kind: ResultKind[Result], run_directory: Path, content: bytes) -> Result:
    """What the file holds, given its bytes. RssbenchError when that is no result of this kind."""
    file = run_directory / kind.file
    try:
        version = msgspec.json.decode(content, type=_Version).schema_version
        if version != kind.schema_version:
            raise RssbenchError(
                f"{file} has schema version {version}, this rssbench reads {kind.schema_version}; "
                f"use the version of rssbench that wrote it"
            )
        return msgspec.json.decode(content, type=kind.layout)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RssbenchError(f"{file} is not a {kind.name}: {error}") from error


def _write(kind: ResultKind[Result], result: Result, run_directory: Path) -> None:
    content = msgspec.json.format(msgspec.json.encode(result), indent=2)
    file = run_directory / kind.file
    unfinished = file.with_name(f"{kind.file}.tmp")
    with writing(file):
        with unfinished.open("wb") as stream:
            stream.write(content + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(file)
