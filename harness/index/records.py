"""From a folder with a result to what the index holds of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.comparison import ComparisonResult
from harness.index.figures import Columns, comparison_figures, run_figures
from harness.model import BuildIdentity, FrontDoor, RssbenchError, RunResult
from harness.store import COMPARISON, RUN, ResultKind, decode, read_content

KINDS: tuple[ResultKind[Any], ...] = (RUN, COMPARISON)


@dataclass(frozen=True)
class IndexRecord:
    """The rows of one result; builds and figures are without their key, which is ``identity`` and their place."""

    identity: str
    run: Columns
    builds: list[Columns]
    figures: list[Columns]


def kinds_in(directory: Path) -> Iterator[ResultKind[Any]]:
    """The kinds of result that stand in this folder."""
    return (kind for kind in KINDS if (directory / kind.file).exists())


def read_record(kind: ResultKind[Any], directory: Path) -> IndexRecord:
    """RssbenchError when the file is missing, torn, of another schema or not ours."""
    # before the content: a change in between makes the row look old, and it is read again
    modified_ns = modified(kind, directory)
    content = read_content(kind, directory)
    result = decode(kind, directory, content)
    if isinstance(result, RunResult):
        builds = [_build("measured", result.build, result.front_door)] if result.build else []
        own = {"verdict": None, **_data_columns(result)}
        figures = run_figures(result)
    else:
        sides = {"baseline": result.baseline, "contender": result.contender}
        settings = result.settings
        doors = zip(sides.items(), settings.front_doors, strict=True)
        builds = [_build(role, build, door) for (role, build), door in doors if build]
        own = {"verdict": result.verdict, "profile": settings.profile, "seed": settings.seed}
        figures = comparison_figures(result)
    identity = _identity(kind, result)
    common: Columns = {
        "identity": identity,
        "kind": kind.name,
        "run_id": result.run_id,
        "started_at": _utc(result.started_at, directory / kind.file),
        "duration_s": result.duration_s,
        "status": result.status,
        "measured_on": result.environment.hostname,
        "stored_on": platform.node(),
        "directory": str(directory.resolve()),
        "files_gone": False,
        "suite_version": result.environment.suite_version,
        "suite_commit": result.environment.suite_commit,
        "command": result.command,
        "schema_version": result.schema_version,
        "digest": hashlib.sha256(content).hexdigest(),
        "modified_ns": modified_ns or 0,
    }
    return IndexRecord(identity, common | own, builds, figures)


def modified(kind: ResultKind[Any], directory: Path) -> int | None:
    """When the file was last changed, in ns; None when it is gone, or closed to us."""
    try:
        return (directory / kind.file).stat().st_mtime_ns
    except OSError:
        return None


def _identity(kind: ResultKind[Any], result: RunResult | ComparisonResult) -> str:
    parts = (kind.name, result.run_id, result.environment.hostname, result.started_at)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _data_columns(run: RunResult) -> Columns:
    data = run.data_set
    return {"profile": data.profile if data else None, "seed": data.seed if data else None}


def _build(role: str, build: BuildIdentity, front_door: FrontDoor | None) -> Columns:
    return {
        "role": role,
        "name": build.name,
        "dirac_version": build.dirac_version,
        "dependency_set": build.dependency_set,
        "python_version": build.python_version,
        "environment_key": build.environment_key,
        "front_door": front_door,
    }


def _utc(started_at: str, file: Path) -> dt.datetime:
    """Without a zone, as all databases store it. RssbenchError when it is no time of day."""
    try:
        return dt.datetime.fromisoformat(started_at).astimezone(dt.UTC).replace(microsecond=0, tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise RssbenchError(f"{file}: started_at: {started_at!r} is no ISO 8601 time") from error
