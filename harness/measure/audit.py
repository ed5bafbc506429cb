"""Every acknowledged write is looked up in the database by the token that only its request carried.

DIRAC answers OK to an insert whose key exists already, so an acknowledgement proves nothing: the row does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from harness.measure.samples import Samples, is_ok, is_sent
from harness.measure.trial import read_trial
from harness.model import Audit, RssbenchError
from scenarios.catalogue import Catalogue
from scenarios.load_plan import LoadPlan
from scenarios.operation import Operation, Request, TokenColumn
from scenarios.operations import OPERATIONS

#: Values of one look-up. The columns have no index, so each look-up reads the table once.
CHUNK_VALUES = 5_000

#: How many lost tokens a result names.
LOST_EXAMPLES = 5

#: The sequence of an arrival that was never built into a request.
NEVER_BUILT = 0xFFFFFFFF


@dataclass(frozen=True)
class Write:
    """One write that was sent. ``end_ns`` is None when it was not acknowledged: it may take effect at any time."""

    operation: Operation
    token: str
    value: str
    #: None when samples are missing, so that it cannot be known which request this was
    position: int | None
    start_ns: int
    end_ns: int | None

    def target(self, catalogue: Catalogue) -> str:
        """The row it went to; a write that names none has a row of its own."""
        if self.position is None:
            raise RssbenchError(
                f"cannot tell whether write {self.token} was lost or overwritten: its worker left too few samples"
            )
        return self.operation.call(catalogue, Request(self.position, self.token)).target or self.token


def audit_writes(trial_directory: Path, catalogue: Catalogue, url_of: Callable[[str], sa.URL]) -> Audit:
    """Look up all acknowledged writes of a trial, ramp-up included; ``url_of`` gives the URL of a database.

    An acknowledged write whose token is not there was overwritten when another write to the same row is there that
    can have come after it, and lost otherwise. sqlalchemy.exc.SQLAlchemyError when the database does not answer,
    RssbenchError when a file is broken or samples that decide are missing.
    """
    files = read_trial(trial_directory)
    writes: dict[TokenColumn, list[Write]] = defaultdict(list)
    for worker in range(files.plan.workers):
        for write in _writes_of(files.samples, files.operations, files.plan, worker):
            if write.operation.token_column:
                writes[write.operation.token_column].append(write)
    overwritten, lost = 0, []
    for column, sent in writes.items():
        present = _present_values(url_of(column.database), column, [write.value for write in sent])
        missing = [write for write in sent if write.end_ns is not None and write.value not in present]
        if missing:
            last_written = _last_written(catalogue, [write for write in sent if write.value in present])
            without_row = [one for one in missing if last_written.get(one.target(catalogue), 0) <= one.start_ns]
            overwritten += len(missing) - len(without_row)
            lost += [write.token for write in without_row]
    acknowledged = sum(write.end_ns is not None for sent in writes.values() for write in sent)
    return Audit(
        acknowledged=acknowledged,
        found=acknowledged - overwritten - len(lost),
        overwritten=overwritten,
        lost=len(lost),
        lost_examples=tuple(lost[:LOST_EXAMPLES]),
    )


def _writes_of(samples: Samples, operations: list[str], plan: LoadPlan, worker: int) -> Iterator[Write]:
    """The writes that one worker sent, in the order it built them.

    A worker numbers the requests of an operation by itself; its k-th, of w workers, is at position k * w + worker.
    """
    by_name = {operation.name: operation for operation in OPERATIONS}
    built = samples[(samples["worker"] == worker) & (samples["sequence"] != NEVER_BUILT)]
    built = built[np.argsort(built["sequence"])]
    whole = built["sequence"] == np.arange(built.size)
    for index in np.unique(built["operation"]):
        operation = by_name[operations[index]]
        chosen = built["operation"] == index
        if operation.kind == "read":
            continue
        rows = built[chosen]
        flags = zip(is_sent(rows).tolist(), is_ok(rows).tolist(), whole[chosen].tolist(), strict=True)
        times = zip(*(rows[field].tolist() for field in ("sequence", "start_ns", "end_ns")), strict=True)
        for ordinal, ((sent, acknowledged, known), (sequence, start_ns, end_ns)) in enumerate(
            zip(flags, times, strict=True)
        ):
            if sent:
                token = f"{plan.token_prefix}-{worker}-{sequence}"
                yield Write(
                    operation=operation,
                    token=token,
                    value=operation.token_column.value(token) if operation.token_column else "",
                    position=ordinal * plan.workers + worker if known else None,
                    start_ns=start_ns,
                    end_ns=end_ns if acknowledged else None,
                )


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
