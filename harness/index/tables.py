"""The tables of the index. Their names carry a prefix: a shared database may hold other things."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Double, ForeignKey, Index, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

#: Version of the layout of these tables; raised with every change of them.
INDEX_VERSION = 2

TABLE_PREFIX = "rssbench_"

#: case counts in names, on every database
_MYSQL = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}

_IDENTITY = String(64)
_WORD = String(32)
_NAME = String(255)


class Table(DeclarativeBase):
    """Base of all tables; its metadata makes them."""

    type_annotation_map = {float: Double(), str: Text()}  # noqa: RUF012 - SQLAlchemy's own way


class VersionRow(Table):
    """One row: which layout the tables have."""

    __tablename__ = f"{TABLE_PREFIX}version"
    __table_args__ = _MYSQL

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class RunRow(Table):
    """One run, comparison or whatever else was stored. ``identity`` is a digest of kind, run id, host and start:
    the names of folders may repeat, on two machines or on one. ``modified_ns`` and ``digest`` are those of the
    file it was read from."""

    __tablename__ = f"{TABLE_PREFIX}runs"

    identity: Mapped[str] = mapped_column(_IDENTITY, primary_key=True)
    kind: Mapped[str] = mapped_column(_WORD)
    run_id: Mapped[str] = mapped_column(_NAME, index=True)
    #: UTC, whole seconds
    started_at: Mapped[dt.datetime] = mapped_column(index=True)
    duration_s: Mapped[float]
    status: Mapped[str] = mapped_column(_WORD)
    #: of a comparison; None for a run
    verdict: Mapped[str | None] = mapped_column(_WORD)
    profile: Mapped[str | None] = mapped_column(_WORD)
    seed: Mapped[int | None] = mapped_column(BigInteger)
    measured_on: Mapped[str] = mapped_column(_NAME)
    stored_on: Mapped[str] = mapped_column(_NAME)
    directory: Mapped[str]
    #: the files were there once and are not any more
    files_gone: Mapped[bool]
    suite_version: Mapped[str] = mapped_column(_NAME)
    suite_commit: Mapped[str | None] = mapped_column(_NAME)
    command: Mapped[str]
    schema_version: Mapped[int]
    digest: Mapped[str] = mapped_column(_IDENTITY)
    modified_ns: Mapped[int] = mapped_column(BigInteger)

    builds: Mapped[list[BuildRow]] = relationship(order_by="BuildRow.position", viewonly=True)

    __table_args__ = (Index(f"{TABLE_PREFIX}runs_place", "stored_on"), _MYSQL)


class BuildRow(Table):
    """A build of a run. ``role``: measured (of a run), baseline or contender (of a comparison), good or bad (of a
    bisection), reference or measured (of a history)."""

    __tablename__ = f"{TABLE_PREFIX}builds"
    __table_args__ = _MYSQL

    identity: Mapped[str] = mapped_column(_IDENTITY, ForeignKey(RunRow.identity), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(_WORD)
    name: Mapped[str]
    dirac_version: Mapped[str] = mapped_column(_NAME, index=True)
    dependency_set: Mapped[str] = mapped_column(_NAME)
    python_version: Mapped[str] = mapped_column(_WORD)
    environment_key: Mapped[str] = mapped_column(_NAME)
    #: None of a run that ended before its stack was ready
    front_door: Mapped[str | None] = mapped_column(_WORD)


class FigureRow(Table):
    """One figure of a run. Values are in base units: seconds, requests per second, counts, bytes.

    ``value``, with ``low`` and ``high`` where it has a 95 % interval, is that of the measured build or of the
    contender. ``trial`` is None in a comparison; ``operation`` is None for all operations together; ``control``
    marks the baseline against itself.
    """

    __tablename__ = f"{TABLE_PREFIX}figures"

    identity: Mapped[str] = mapped_column(_IDENTITY, ForeignKey(RunRow.identity), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lane: Mapped[str] = mapped_column(_WORD)
    metric: Mapped[str] = mapped_column(_WORD)
    operation: Mapped[str | None] = mapped_column(_NAME)
    trial: Mapped[str | None] = mapped_column(_NAME)
    control: Mapped[bool]
    verdict: Mapped[str | None] = mapped_column(_WORD)
    effect_ratio: Mapped[float | None]
    interval_low_ratio: Mapped[float | None]
    interval_high_ratio: Mapped[float | None]
    anytime_low_ratio: Mapped[float | None]
    anytime_high_ratio: Mapped[float | None]
    smallest_detectable_ratio: Mapped[float | None]
    margin_ratio: Mapped[float | None]
    adjusted_p: Mapped[float | None]
    pairs: Mapped[int | None]
    value: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    baseline_value: Mapped[float | None]

    __table_args__ = (Index(f"{TABLE_PREFIX}figures_history", "metric", "operation"), _MYSQL)
