"""Every acknowledged write is looked up in the database by the token that only its request carried.
A delete carries none: none of the rows that it asked for may be left. Of writes whose text the service chooses,
the rows are counted.

DIRAC answers OK to an insert whose key exists already, so an acknowledgement proves nothing: the row does.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import msgspec
import numpy as np
import sqlalchemy as sa

from harness.errors import RssbenchError
from harness.measure.samples import Samples, is_ok
from harness.measure.trial import read_trial
from harness.model import Audit
from scenarios.catalogue import Catalogue
from scenarios.load_plan import LoadPlan
from scenarios.operation import Gone, Left, Operation, Request, TokenColumn
from scenarios.operations import OPERATIONS
from scenarios.request_stream import UNSENT_SEQUENCE, iterations

#: Values of one look-up. The columns have no index, so each look-up reads the table once.
CHUNK_VALUES = 5_000

#: How many lost tokens a result names.
LOST_EXAMPLES = 5


@dataclass(frozen=True)
class Write:
    """One write that was sent. ``end_ns`` is None when it was not acknowledged: it may take effect at any time."""

    operation: Operation
    request: Request
    start_ns: int
    end_ns: int | None

    @property
    def value(self) -> str:
        """What its column holds when this write stands in the database."""
        assert self.operation.token_column
        return self.operation.token_column.value(self.request.token)

    def target(self, catalogue: Catalogue) -> str:
        """The row it went to; a write that names none has a row of its own."""
        return self.operation.call(catalogue, self.request).target or self.request.token

    def trace(self, catalogue: Catalogue) -> Gone | Left:
        """Of a write without a token: what must not be there after it, or what must."""
        call = self.operation.call(catalogue, self.request)
        trace = call.gone or call.left
        assert trace, f"the audit does not know what {self.operation.name} leaves"
        return trace


def audit_writes(trial_directory: Path, catalogue: Catalogue, url_of: Callable[[str], sa.URL]) -> Audit:
    """Look up all acknowledged writes of a trial, ramp-up included; ``url_of`` gives the URL of a database.

    An acknowledged write whose token is not there was overwritten when another write to the same row is there that
    can have come after it, and lost otherwise; a delete is lost when a row that it asked for is there.
    sqlalchemy.exc.SQLAlchemyError when the database does not answer, RssbenchError when a file is broken or the
    samples are not those of the plan.
    """
    files = read_trial(trial_directory)
    writes: dict[TokenColumn | None, list[Write]] = defaultdict(list)
    for worker in range(files.plan.workers):
        for write in _writes_of(files.samples, msgspec.structs.replace(files.plan, worker=worker)):
            writes[write.operation.token_column].append(write)
    acknowledged = sum(write.end_ns is not None for sent in writes.values() for write in sent)
    overwritten, lost = 0, _untraced(url_of, catalogue, writes.pop(None, []))
    for column, sent in writes.items():
        assert column
        present = _present_values(url_of(column.database), column, [write.value for write in sent])
        missing = [write for write in sent if write.end_ns is not None and write.value not in present]
        if missing:
            last_written = _last_written(catalogue, [write for write in sent if write.value in present])
            without_row = [one for one in missing if last_written.get(one.target(catalogue), 0) <= one.start_ns]
            overwritten += len(missing) - len(without_row)
            lost += [write.request.token for write in without_row]
    return Audit(
        acknowledged=acknowledged,
        found=acknowledged - overwritten - len(lost),
        overwritten=overwritten,
        lost=len(lost),
        lost_examples=tuple(lost[:LOST_EXAMPLES]),
    )


def _writes_of(samples: Samples, plan: LoadPlan) -> Iterator[Write]:
    """The writes that the plan's worker sent, in the order it built them.

    What each request was is replayed, for samples say which operation was sent, not to which row.
    """
    built = samples[(samples["worker"] == plan.worker) & (samples["sequence"] != UNSENT_SEQUENCE)]
    built = built[np.argsort(built["sequence"])]
    stream = chain.from_iterable(iterations(plan))
    columns = (built[field].tolist() for field in ("sequence", "operation", "start_ns", "end_ns"))
    for sequence, index, start_ns, end_ns, acknowledged in zip(*columns, is_ok(built).tolist(), strict=True):
        replayed = next(one for one in stream if one.sequence >= sequence)
        if (replayed.sequence, replayed.operation) != (sequence, index):
            raise RssbenchError(
                f"the plan of worker {plan.worker} does not belong to its samples: request {sequence}"
            )
        operation = OPERATIONS[index]
        if operation.kind == "write":
            yield Write(operation, replayed.request, start_ns, end_ns if acknowledged else None)


def _last_written(catalogue: Catalogue, present: list[Write]) -> dict[str, float]:
    """Row to the last instant (ns) at which a write that stands in the database can have reached it."""
    latest: dict[str, float] = {}
    for write in present:
        target = write.target(catalogue)
        latest[target] = max(latest.get(target, 0), float("inf") if write.end_ns is None else write.end_ns)
    return latest


def _untraced(url_of: Callable[[str], sa.URL], catalogue: Catalogue, writes: list[Write]) -> list[str]:
    """The tokens of acknowledged writes that carry none and have not left what they should have.

    Deletes: one look-up per table and VO, for the smallest value left there is below what exactly these deletes
    asked for. Of writes that all add a row alike, the last ones are lost when there are fewer rows than writes.
    """
    smallest: dict[Gone, str | int | None] = {}
    rows_left: dict[Left, int] = {}
    undone = []
    for write in writes:
        if write.end_ns is None:
            continue
        trace = write.trace(catalogue)
        if isinstance(trace, Left):
            if trace not in rows_left:
                rows_left[trace] = _rows_like(url_of(trace.database), trace)
            rows_left[trace] -= 1
            is_there = rows_left[trace] >= 0
        else:
            rows = dataclasses.replace(trace, below=0)
            if rows not in smallest:
                smallest[rows] = _smallest_value(url_of(trace.database), trace)
            left = smallest[rows]
            is_there = left is None or not _is_below(left, trace.below)
        if not is_there:
            undone.append(write.request.token)
    return undone


def _is_below(value: str | int, limit: str | int) -> bool:
    """Numbers as numbers; instants are texts of one form."""
    return value < limit if isinstance(value, int) and isinstance(limit, int) else str(value) < str(limit)


def _rows_like(url: sa.URL, left: Left) -> int:
    """How many rows have these values."""
    table = sa.table(left.table, *(sa.column(name, sa.String) for name, _value in left.values))
    wanted = [table.c[name] == value for name, value in left.values]
    statement = sa.select(sa.func.count()).select_from(table).where(*wanted)
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        return int(connection.scalar(statement) or 0)


def _smallest_value(url: sa.URL, gone: Gone) -> str | int | None:
    """Of the column in the rows of this VO; None when there is no such row."""
    table = sa.table(gone.table, sa.column(gone.column), sa.column("VO", sa.String))
    statement = sa.select(sa.func.min(table.c[gone.column])).where(table.c.VO.in_([gone.vo]))
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        found = connection.scalar(statement)
        return found if found is None or isinstance(found, int) else str(found)


def _present_values(url: sa.URL, column: TokenColumn, values: Iterable[str]) -> set[str]:
    """Which of ``values`` stand in the column, letter by letter: the database's own comparison ignores case."""
    wanted = set(values)
    name: sa.ColumnClause[str] = sa.column(column.column)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    found: set[str] = set()
    remaining = iter(wanted)
    with engine.connect() as connection:
        while chunk := list(islice(remaining, CHUNK_VALUES)):
            statement = sa.select(name).select_from(sa.table(column.table)).where(name.in_(chunk))
            found.update(connection.scalars(statement))
    return found & wanted
