"""What a developer can act on: which statements read more than they answer, and which index each would need."""

from __future__ import annotations

from dataclasses import dataclass

from harness.compare.exact_text import short_statement
from harness.growth import GrowthResult, MissingIndex, OperationGrowth, StatementGrowth
from reports.units import count, plural

#: The laws in words.
LAWS = {
    "constant": "as many rows whatever the size",
    "answer": "grows with the answer",
    "table": "grows with the table",
    "unclear": "grows, by no simple law",
}


@dataclass(frozen=True)
class Finding:
    """An index that is missing, and who would use it."""

    index: MissingIndex
    operations: tuple[str, ...]
    #: the statement of the first of them that examines most
    statement: StatementGrowth


def findings(result: GrowthResult) -> list[Finding]:
    """What examines most rows for nothing comes first; an index that was tried and not used is none."""
    found: dict[tuple[str, tuple[str, ...]], list[tuple[str, StatementGrowth]]] = {}
    for one in result.operations:
        for statement in one.statements:
            if statement.missing_index and _would_use(statement):
                key = (statement.missing_index.table, statement.missing_index.columns)
                found.setdefault(key, []).append((one.operation, statement))
    every = []
    for users in found.values():
        worst = max((statement for _name, statement in users), key=_wasted)
        assert worst.missing_index
        every.append(Finding(worst.missing_index, tuple(dict.fromkeys(name for name, _ in users)), worst))
    return sorted(every, key=lambda finding: -_wasted(finding.statement))


@dataclass(frozen=True)
class Advice:
    """An index that serves several statements that lack one: together with the others, the fewest that do."""

    index: MissingIndex
    operations: tuple[str, ...]


def advice(result: GrowthResult) -> list[Advice]:
    """The fewest indexes that serve every statement that lacks one: each time the one that serves most of those
    that are left. One serves a statement when it saves at least half of what the statement's own would."""
    lacking = [
        (one.operation, statement)
        for one in result.operations
        for statement in one.statements
        if statement.missing_index and statement.missing_index.rows_examined is not None and _would_use(statement)
    ]
    chosen = []
    while lacking:
        served: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        for place, (_name, statement) in enumerate(lacking):
            for index in _serving(statement):
                served.setdefault((index.table, index.columns), []).append(place)
        (table, columns), places = max(served.items(), key=lambda item: len(item[1]))
        names = dict.fromkeys(lacking[place][0] for place in places)
        chosen.append(Advice(MissingIndex(table, columns), tuple(names)))
        lacking = [one for place, one in enumerate(lacking) if place not in places]
    return chosen


def _would_use(statement: StatementGrowth) -> bool:
    """Where most rows match, the database goes on reading the whole table, index or not."""
    index = statement.missing_index
    return index is not None and (index.rows_examined is None or index.rows_examined < statement.rows_examined[-1])


def _serving(statement: StatementGrowth) -> list[MissingIndex]:
    own = statement.missing_index
    assert own
    assert own.rows_examined is not None
    most = (own.rows_examined + statement.rows_examined[-1]) / 2
    others = [
        one for one in statement.other_indexes if one.rows_examined is not None and one.rows_examined <= most
    ]
    return [own, *others]


def index_text(index: MissingIndex) -> str:
    return f"{index.table}({', '.join(index.columns)})"


def gain_text(index: MissingIndex) -> str:
    """What the index is worth, as it was tried."""
    return "not tried" if index.rows_examined is None else plural(index.rows_examined, "row")


def sizes_text(counts: tuple[int, ...]) -> str:
    return " / ".join(map(count, counts))


def finding_text(finding: Finding) -> str:
    """One sentence: what happens, and what would help."""
    one = finding.statement
    rows = f"{count(one.rows_examined[-1])} rows examined for {count(one.rows_answered[-1])}"
    return (
        f"{', '.join(finding.operations)}: scans {one.table}, {rows}, {LAWS[one.law]}; missing index "
        f"{index_text(finding.index)}, with it {gain_text(finding.index)}"
    )


def heaviest(one: OperationGrowth) -> StatementGrowth | None:
    """The statement that examines most rows at the largest size."""
    return max(one.statements, key=lambda statement: statement.rows_examined[-1], default=None)


def law_text(one: OperationGrowth) -> str:
    """The law of its heaviest statement, or why it has none."""
    if one.problem is not None:
        return one.problem
    statement = heaviest(one)
    if statement is None:
        return "no SQL"
    scan = f", scans {statement.table}" if statement.full_scan and statement.law == "table" else ""
    return LAWS[statement.law] + scan


def statement_text(statement: StatementGrowth) -> str:
    return short_statement(statement.text)


def _wasted(statement: StatementGrowth) -> int:
    return statement.rows_examined[-1] - statement.rows_answered[-1]
