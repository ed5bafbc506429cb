"""A run on disk: ``run.json``, strict in both directions. Its fields are described in docs/run-json.md."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from harness.model import SCHEMA_VERSION, RssbenchError, RunResult

RUN_FILE = "run.json"


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


def write_run(run: RunResult, run_directory: Path) -> None:
    """Replace ``run.json`` as a whole: a reader, or a crash, sees the old one or the new one.

    RssbenchError when it cannot be written; the old one stays.
    """
    content = msgspec.json.format(msgspec.json.encode(run), indent=2)
    unfinished = run_directory / f"{RUN_FILE}.tmp"
    with writing(run_directory / RUN_FILE):
        with unfinished.open("wb") as stream:
            stream.write(content + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(run_directory / RUN_FILE)


def read_run(run_directory: Path) -> RunResult:
    """RssbenchError, with the file and the path of the key, when it is missing, no run, or of another schema."""
    file = run_directory / RUN_FILE
    try:
        content = file.read_bytes()
        version = msgspec.json.decode(content, type=_Version).schema_version
        if version != SCHEMA_VERSION:
            raise RssbenchError(
                f"{file} has schema version {version}, this rssbench reads {SCHEMA_VERSION}; "
                f"use the version of rssbench that wrote it"
            )
        return msgspec.json.decode(content, type=RunResult)
    except OSError as error:
        raise RssbenchError(f"there is no run to read in {run_directory}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RssbenchError(f"{file} is not a run: {error}") from error
