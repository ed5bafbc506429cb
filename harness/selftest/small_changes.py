"""Changes of DIRAC's code by one statement, row, commit, connection or call, each of which the exact lane must
find."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.comparison import ComparisonResult
from harness.selftest.changed_clone import branch_with

_DATABASE_CLASS = "src/DIRAC/Core/Base/SQLAlchemyDB.py"
_PUBLISHER = "src/DIRAC/ResourceStatusSystem/Service/PublisherHandler.py"

_SELECT = "            # setting up the select query\n"
_COLUMNS = '        columns = ["Status", "PolicyName", "DateEffective", "LastCheckTime", "Reason"]\n'
_INSERT = "            session.add(tableRow_o)\n            session.commit()\n"
_ALL = "            selectionRes = select.all()\n"

#: They read the table DowntimeCache.
_DOWNTIMES = (
    "ResourceManagement.select all downtimes",
    "Publisher.getDowntimes",
    "Publisher.getDowntimes of storage",
    "Publisher.getCachedDowntimes",
)


@dataclass(frozen=True)
class SmallChange:
    """``old`` stands once in ``file`` and becomes ``new``: ``counter`` rises in ``operation``, and ``others``,
    which also run the code, may rise with it."""

    name: str
    file: str
    old: str
    new: str
    counter: Literal["statements", "rows_examined", "commits", "connections", "nested_calls"]
    operation: str
    others: tuple[str, ...] = ()

    def branch(self, clone: Path) -> str:
        """A commit on a branch of its own; as a build is named."""

        def change(text: str) -> str:
            return text.replace(self.old, self.new) if text.count(self.old) == 1 else text

        return branch_with(clone, self.name, self.file, change)


SMALL_CHANGES = (
    SmallChange(
        "a-select-more",
        _DATABASE_CLASS,
        _SELECT,
        f"""\
            if table == "DowntimeCache":
                session.query(table_c).limit(1).all()
{_SELECT}""",
        "statements",
        "ResourceManagement.select downtimes",
        _DOWNTIMES,
    ),
    SmallChange(
        "a-row-more",
        _DATABASE_CLASS,
        _ALL,
        f"""\
            if limit:
                select = select.limit(int(limit) + 1)
{_ALL}\
            selectionRes = selectionRes[: int(limit)] if limit else selectionRes
""",
        "rows_examined",
        "ResourceStatus.select last history",
    ),
    SmallChange(
        "a-commit-more",
        _DATABASE_CLASS,
        _INSERT,
        f"""\
{_INSERT}            if table == "ResourceStatusCache":
                session.connection().exec_driver_sql("COMMIT")
""",
        "commits",
        "ResourceStatus.insert email cache",
    ),
    SmallChange(
        "a-connection-more",
        _DATABASE_CLASS,
        _SELECT,
        f"""\
            if table == "DowntimeCache":
                create_engine(self.engine.url).connect().close()
{_SELECT}""",
        "connections",
        "ResourceManagement.select downtimes",
        _DOWNTIMES,
    ),
    SmallChange(
        "a-call-more",
        _PUBLISHER,
        _COLUMNS,
        f"""\
        cls.rsClient.selectStatusElement("Site", "Status", name="no such site")
{_COLUMNS}""",
        "nested_calls",
        "Publisher.getElementPolicies",
    ),
)


def is_found(change: SmallChange, result: ComparisonResult) -> bool:
    """Whether the exact lane says that its counter rose in its operation."""
    return any(
        one.operation == change.operation
        and one.verdict == "regression"
        and any(risen.counter == change.counter and risen.contender > risen.baseline for risen in one.counters)
        for one in result.exact
    )


def wrongly_named(change: SmallChange, result: ComparisonResult) -> tuple[int, int]:
    """Of the operations that the change does not concern: how many the exact lane says to differ, and how many
    there are."""
    concerned = {change.operation, *change.others}
    verdicts = [one.verdict for one in result.exact if one.operation not in concerned]
    return sum(verdict != "same" for verdict in verdicts), len(verdicts)
