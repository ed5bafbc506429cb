"""From a folder with a result to what the index holds of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.bisection import BisectResult
from harness.comparison import ComparisonResult
from harness.cycles import CyclesResult
from harness.email_cache import EmailCacheResult
from harness.errors import RssbenchError
from harness.growth import GrowthResult
from harness.history import HistoryResult
from harness.index.figures import Columns, comparison_figures, run_figures
from harness.measurement import Measurement
from harness.micro_comparison import MicroComparison
from harness.micro_measurement import MicroMeasurement
from harness.model import BuildIdentity, DataSet, RunResult
from harness.policy_costs import PoliciesResult
from harness.store import BISECTION, COMPARISON, HISTORY, MEASUREMENTS, RUN, ResultKind

KINDS: tuple[ResultKind[Any], ...] = (RUN, COMPARISON, BISECTION, HISTORY, *MEASUREMENTS)

Indexed = RunResult | ComparisonResult | HistoryResult | Measurement


@dataclass(frozen=True)
class IndexRecord:
    """The rows of one result; builds and figures are without their key, which is ``identity`` and their place."""

    identity: str
    run: Columns
    builds: list[Columns]
    figures: list[Columns]


def kinds_in(directory: Path) -> Iterator[ResultKind[Any]]:
    """The kinds of result that stand in this folder; what a run measured beside its load belongs to the run."""
    kinds = (RUN, COMPARISON) if RUN.stands_in(directory) else KINDS
    return (kind for kind in kinds if kind.stands_in(directory))


def read_record(kind: ResultKind[Any], directory: Path) -> IndexRecord:
    """RssbenchError when the file is missing, torn, of another schema or not ours."""
    # before the content: a change in between makes the row look old, and it is read again
    modified_ns = modified(kind, directory)
    content = kind.read_content(directory)
    result = kind.decode(directory, content)
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
    own, builds, figures = _own(result)
    return IndexRecord(identity, common | own, builds, figures)


def _own(result: Indexed) -> tuple[Columns, list[Columns], list[Columns]]:
    """What is particular to a kind of result: columns of the run, builds, figures."""
    match result:
        case RunResult():
            builds = [_build("measured", result.build, result.front_door)]
            return _of_data_set(result.data_set), _there(builds), run_figures(result)
        case ComparisonResult():
            settings, doors = result.settings, result.settings.front_doors
            builds = [
                _build("baseline", result.baseline, doors[0]),
                _build("contender", result.contender, doors[1]),
            ]
            own = _data_columns(settings.profile, settings.seed, result.verdict)
            return own, _there(builds), comparison_figures(result)
        case BisectResult():
            asked = result.settings
            builds = [
                _build(role, one, asked.front_door) for role, one in (("good", result.good), ("bad", result.bad))
            ]
            return _data_columns(asked.profile, asked.seed, result.verdict), _there(builds), []
        case HistoryResult():
            reference, door = result.settings.reference, result.settings.front_door
            builds = [
                _build("reference" if one.name == reference else "measured", one.identity, door)
                for one in result.builds
            ]
            own = _data_columns(result.settings.profile, result.settings.seed, result.verdict)
            return own, _there(builds), []
        case _:
            own, builds = _of_measurement(result)
            return own, _there(builds), []


def _of_measurement(result: Measurement) -> tuple[Columns, list[Columns | None]]:
    """Without figures, which their own file has."""
    match result:
        case GrowthResult():
            seed = result.data_sets[0].seed if result.data_sets else None
            own = _data_columns(", ".join(result.profiles) or None, seed)
            return own, [_build("measured", result.build, result.front_door)]
        case PoliciesResult():
            roles = ("baseline", "contender") if result.change else ("measured",)
            builds = [
                _build(role, one.build, one.front_door) for role, one in zip(roles, result.builds, strict=False)
            ]
            return _data_columns(result.profile, result.seed), builds
        case CyclesResult():
            builds = [_build("measured", one.build, one.front_door) for one in result.builds]
            return _data_columns(result.profile, result.seed), builds
        case EmailCacheResult():
            return _data_columns(None, None), [_build("measured", result.build, result.front_door)]
        case MicroMeasurement():
            return _of_data_set(result.data_set), [_build("measured", result.build, None)]
        case MicroComparison():
            own = _of_data_set(result.data_set) | {"verdict": result.verdict}
            return own, [_build("baseline", result.baseline, None), _build("contender", result.contender, None)]
    raise TypeError(f"the index knows no {type(result).__name__}")


def modified(kind: ResultKind[Any], directory: Path) -> int | None:
    """When the file was last changed, in ns; None when it is gone, or closed to us."""
    try:
        return (directory / kind.file).stat().st_mtime_ns
    except OSError:
        return None


def _identity(kind: ResultKind[Any], result: Indexed) -> str:
    parts = (kind.name, result.run_id, result.environment.hostname, result.started_at)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _data_columns(profile: str | None, seed: int | None, verdict: str | None = None) -> Columns:
    return {"verdict": verdict, "profile": profile, "seed": seed}


def _of_data_set(data: DataSet | None) -> Columns:
    return _data_columns(data.profile, data.seed) if data else _data_columns(None, None)


def _there(builds: list[Columns | None]) -> list[Columns]:
    return [build for build in builds if build is not None]


def _build(role: str, build: BuildIdentity | None, front_door: str | None) -> Columns | None:
    """None of a build that was not known yet when all ended, and of files."""
    if build is None:
        return None
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
