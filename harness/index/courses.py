"""How one figure of each operation went over the stored runs, asked of the index."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import sqlalchemy

from harness.index.database import Index
from harness.index.tables import BuildRow, FigureRow, RunRow


class StoredFigure(NamedTuple):
    """One figure of one run, in base units. ``trial`` is None in a comparison, whose figures are the contender's;
    ``operation`` is None for all together. ``started_at`` is UTC."""

    operation: str | None
    trial: str | None
    started_at: dt.datetime
    run_id: str
    build: str
    measured_on: str
    value: float


def stored_figures(index: Index, metric: str, *, limit: int, operation: str | None = None) -> list[StoredFigure]:
    """Of the newest ``limit`` runs, the oldest first. RssbenchError when the index cannot be read."""
    newest = (
        sqlalchemy.select(RunRow.identity)
        .order_by(RunRow.started_at.desc(), RunRow.identity)
        .limit(limit)
        .subquery()
    )
    query = (
        sqlalchemy.select(
            FigureRow.operation,
            FigureRow.trial,
            RunRow.started_at,
            RunRow.run_id,
            BuildRow.name,
            RunRow.measured_on,
            FigureRow.value,
        )
        .join(newest, newest.c.identity == FigureRow.identity)
        .join(RunRow, RunRow.identity == FigureRow.identity)
        .join(BuildRow, BuildRow.identity == FigureRow.identity)
        .where(FigureRow.metric == metric, FigureRow.control.is_(False), FigureRow.value.is_not(None))
        .where(BuildRow.role.in_(("measured", "contender")))
        .order_by(RunRow.started_at, RunRow.identity, FigureRow.position)
    )
    if operation is not None:
        query = query.where(FigureRow.operation == operation)
    with index.reading() as connection:
        return [
            StoredFigure(operation, trial, started_at, run_id, build, measured_on, value)
            for operation, trial, started_at, run_id, build, measured_on, value in connection.execute(query)
            if value is not None
        ]


def stored_metrics(index: Index) -> list[str]:
    """The metrics that any stored run has a value of."""
    query = sqlalchemy.select(FigureRow.metric).where(FigureRow.value.is_not(None)).distinct()
    with index.reading() as connection:
        return sorted(connection.scalars(query))
