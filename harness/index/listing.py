"""Asking the index which runs there are."""

from __future__ import annotations

import msgspec
import sqlalchemy
from sqlalchemy.orm import Session, selectinload

from harness.index.database import Index
from harness.index.tables import BuildRow, RunRow


class ListedBuild(msgspec.Struct, frozen=True):
    """A build of a run: measured, baseline or contender."""

    role: str
    name: str
    dirac_version: str
    dependency_set: str
    front_door: str | None


class ListedRun(msgspec.Struct, frozen=True):
    """A run as a list shows it; the figures are elsewhere. ``started_at`` is UTC."""

    run_id: str
    kind: str
    started_at: str
    duration_s: float
    status: str
    verdict: str | None
    builds: tuple[ListedBuild, ...]
    profile: str | None
    seed: int | None
    measured_on: str
    directory: str
    files_gone: bool


def list_runs(index: Index, *, limit: int, build: str | None = None, ending: str | None = None) -> list[ListedRun]:
    """The newest runs first. ``build``: only those of this build, by its name or its version of DIRAC; ``ending``:
    only those whose name ends so."""
    query = sqlalchemy.select(RunRow).options(selectinload(RunRow.builds))
    if build is not None:
        of_build = (BuildRow.name == build) | (BuildRow.dirac_version == build)
        query = query.where(RunRow.builds.any(of_build))
    if ending is not None:
        query = query.where(RunRow.run_id.endswith(ending, autoescape=True))
    query = query.order_by(RunRow.started_at.desc(), RunRow.run_id.desc(), RunRow.identity).limit(limit)
    with index.reading() as connection, Session(connection) as session:
        return [_listed(row) for row in session.scalars(query)]


def _listed(row: RunRow) -> ListedRun:
    return ListedRun(
        run_id=row.run_id,
        kind=row.kind,
        started_at=f"{row.started_at.isoformat()}+00:00",
        duration_s=row.duration_s,
        status=row.status,
        verdict=row.verdict,
        builds=tuple(
            ListedBuild(one.role, one.name, one.dirac_version, one.dependency_set, one.front_door)
            for one in row.builds
        ),
        profile=row.profile,
        seed=row.seed,
        measured_on=row.measured_on,
        directory=row.directory,
        files_gone=row.files_gone,
    )
