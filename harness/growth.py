"""What ``rssbench growth`` finds, as it stands in ``growth.json``. Words: docs/glossary.md.

Lists with one entry per profile are in the order of ``profiles``, the smallest first.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from harness.measurement import Measurement
from harness.model import BuildIdentity, DataSet, FrontDoor

#: Version of the layout of ``growth.json``; raised when a field changes its meaning or goes away.
GROWTH_SCHEMA_VERSION = 2

#: See :func:`harness.stats.growth_law.growth_law`.
Law = Literal["constant", "answer", "table", "unclear"]

#: What is counted: one request of an operation, or one evaluation of an element.
Counted = Literal["read", "write", "evaluation"]

#: The evaluations that stand among the operations, each with its type of element.
EVALUATIONS = {f"evaluation of {name}": name for name in ("Site", "ComputingElement", "StorageElement")}


class MissingIndex(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An index that would keep a statement from reading the whole table.

    ``rows_examined``: by the same statement at the largest size, counted after the index had been made there; None
    when it was not tried.
    """

    table: str
    columns: tuple[str, ...]
    rows_examined: int | None = None


class StatementGrowth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement of an operation at every size. ``table`` is None for statements that read none."""

    text: str
    table: str | None
    rows_stored: tuple[int, ...]
    rows_examined: tuple[int, ...]
    #: sent or changed
    rows_answered: tuple[int, ...]
    #: at the largest size
    full_scan: bool
    law: Law
    missing_index: MissingIndex | None = None
    #: the indexes that other statements miss on the same table, with what this one examines when they are there
    other_indexes: tuple[MissingIndex, ...] = ()


class OperationGrowth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one request, or one evaluation of an element, makes services and database do, at every size.

    ``problem``: why it has no statements here: broken or absent in this build, or other statements at other sizes.
    """

    operation: str
    kind: Counted
    statements: tuple[StatementGrowth, ...]
    rows_examined: tuple[int, ...]
    commits: tuple[int, ...]
    connections: tuple[int, ...]
    nested_calls: tuple[str, ...] | None
    problem: str | None = None


class GrowthResult(Measurement, frozen=True, forbid_unknown_fields=True):
    """Everything ``growth.json`` holds. Without an end it has the operations of the sizes that were counted."""

    build: BuildIdentity
    #: None until a stack was ready
    front_door: FrontDoor | None
    profiles: tuple[str, ...]
    data_sets: tuple[DataSet, ...]
    operations: tuple[OperationGrowth, ...]
