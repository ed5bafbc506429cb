"""A measurement as a page shows it: one line, short tables, longer ones behind their titles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from harness.counted import Statement
from harness.measurement import Measurement
from harness.model import BuildIdentity, DataSet
from reports.plain_tables import Table
from reports.units import count, plural

#: Most lines of one list of statements that a page shows; the file has all.
STATEMENTS_SHOWN = 60

_STATEMENTS = ("times", "statement", "rows examined", "rows sent", "rows affected")


@dataclass(frozen=True)
class Section:
    """``line``: what was found; ``acts``: whether somebody should act on it; ``file``: where all of it stands."""

    anchor: str
    title: str
    line: str
    acts: bool
    file: str
    result: Measurement
    builds: Sequence[BuildIdentity]
    tables: Sequence[Table]
    folded: Sequence[Table] = ()
    statements: Sequence[Table] = ()
    data_sets: Sequence[DataSet] = ()
    glossary: dict[str, str] = field(default_factory=dict)


def statement_table(title: str, statements: Iterable[Statement], file: str) -> Table:
    """In order; what is repeated in a row is one line, with its rows added up."""
    lines = []
    for text, repeated in groupby(statements, key=lambda statement: statement.text):
        rows = [(one.rows_examined, one.rows_sent, one.rows_affected) for one in repeated]
        lines.append((count(len(rows)), text, *(count(sum(column)) for column in zip(*rows, strict=True))))
    return shown_statements(title, _STATEMENTS, lines, file)


def shown_statements(title: str, headings: tuple[str, ...], lines: Sequence[tuple[str, ...]], file: str) -> Table:
    """As many of them as a page can bear."""
    more = len(lines) - STATEMENTS_SHOWN
    notes = [f"{plural(more, 'more line')} in {file}"] if more > 0 else []
    return Table(title, headings, lines[:STATEMENTS_SHOWN], notes)
