"""Tables for a terminal or, as Markdown, for a pull request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from reports.escaping import markdown_text, one_line
from reports.units import MISSING

#: A number with a unit or without; several of them, or one with its range.
_ONE = r"[-+]?\d[\d,]*(\.\d+)?( ?(s|ms|µs|%))?"
_NUMBER = re.compile(rf"{_ONE}(( to | / | \(){_ONE})*\)?$")


class Table(NamedTuple):
    """``notes``: lines below it. Without rows only the notes are shown."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: Sequence[str] = ()


def number_columns(table: Table) -> set[int]:
    """The columns that hold nothing but numbers, with or without a unit, and dashes."""
    return {
        column
        for column in range(len(table.headings))
        if table.rows and all(row[column] == MISSING or _NUMBER.match(row[column]) for row in table.rows)
    }


def plain_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, markdown: bool, texts: int = 1) -> str:
    """The first ``texts`` columns are aligned as text, the others as numbers."""
    if markdown:
        rule = ["---"] * texts + ["---:"] * (len(headings) - texts)
        return "\n".join("| " + " | ".join(map(markdown_text, line)) + " |" for line in [headings, rule, *rows])
    widths = [max(len(line[column]) for line in [headings, *rows]) for column in range(len(headings))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < texts else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in [headings, *rows]
    )


def text_tables(tables: Sequence[Table]) -> str:
    return "\n\n".join("\n".join([table.title, *_text_rows(table), *table.notes]) for table in tables)


def markdown_tables(tables: Sequence[Table]) -> str:
    return "\n\n".join(
        "\n".join([f"### {markdown_text(table.title)}", "", *_markdown_rows(table), *_markdown_notes(table)])
        for table in tables
    )


def _text_rows(table: Table) -> list[str]:
    rows = [tuple(map(one_line, row)) for row in table.rows]
    return [plain_table(table.headings, rows, markdown=False, texts=len(table.headings))] if rows else []


def _markdown_rows(table: Table) -> list[str]:
    headings = table.headings
    return [plain_table(headings, table.rows, markdown=True, texts=len(headings))] if table.rows else []


def _markdown_notes(table: Table) -> list[str]:
    return ["", *(f"- {markdown_text(note)}" for note in table.notes)] if table.notes else []
