"""Every acknowledged write is looked up in the database by the token that only its request carried.

DIRAC answers OK to an insert whose key exists already, so an acknowledgement proves nothing: the row does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import msgspec
import numpy as np
import sqlalchemy as sa

from harness.measure.samples import Samples, is_ok
from harness.measure.trial import read_trial
from harness.model import Audit, RssbenchError
from scenarios.catalogue import Catalogue
from scenarios.load_plan import LoadPlan
from scenarios.operation import Operation, Request, TokenColumn
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
    column: TokenColumn
    start_ns: int
    end_ns: int | None

    @property
    def value(self) -> str:
        """What the column holds when this write stands in the database."""
        return self.column.value(self.request.token)

    def target(self, catalogue: Catalogue) -> str:
        """The row it went to; a write that names none has a row of its own."""
        return self.operation.call(catalogue, self.request).target or self.request.token


def audit_writes(trial_directory: Path, catalogue: Catalogue, url_of: Callable[[str], sa.URL]) -> Audit:
    """Look up all acknowledged writes of a trial, ramp-up included; ``url_of`` gives the URL of a database.

    An acknowledged write whose token is not there was overwritten when another write to the same row is there that
    can have come after it, and lost otherwise. sqlalchemy.exc.SQLAlchemyError when the database does not answer,
    RssbenchError when a file is broken or the samples are not those of the plan.
    """
    files = read_trial(trial_directory)
    writes: dict[TokenColumn, list[Write]] = defaultdict(list)
    for worker in range(files.plan.workers):
        for write in _writes_of(files.samples, msgspec.structs.replace(files.plan, worker=worker)):
            writes[write.column].append(write)
    overwritten, lost = 0, []
    for column, sent in writes.items():
        present = _present_values(url_of(column.database), column, [write.value for write in sent])
        missing = [write for write in sent if write.end_ns is not None and write.value not in present]
        if missing:
            last_written = _last_written(catalogue, [write for write in sent if write.value in present])
            without_row = [one for one in missing if last_written.get(one.target(catalogue), 0) <= one.start_ns]
            overwritten += len(missing) - len(without_row)
            lost += [write.request.token for write in without_row]
    acknowledged = sum(write.end_ns is not None for sent in writes.values() for write in sent)
    return Audit(
        acknowledged=acknowledged,
        found=acknowledged - overwritten - len(lost),
        overwritten=overwritten,
        lost=len(lost),
        lost_examples=tuple(lost[:LOST_EXAMPLES]),
    )


def _writes_of(samples: Samples, plan: LoadPlan) -> Iterator[Write]:
    """The writes that the plan's worker sent and that leave a token, in the order it built them.

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
        if operation.kind == "write" and operation.token_column:
            answered_ns = end_ns if acknowledged else None
            yield Write(operation, replayed.request, operation.token_column, start_ns, answered_ns)


def _last_written(catalogue: Catalogue, present: list[Write]) -> dict[str, float]:
    """Row to the last instant (ns) at which a write that stands in the database can have reached it."""
    latest: dict[str, float] = {}
    for write in present:
        target = write.target(catalogue)
        latest[target] = max(latest.get(target, 0), float("inf") if write.end_ns is None else write.end_ns)
    return latest


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
