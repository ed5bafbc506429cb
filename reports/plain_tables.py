"""Tables for a terminal or, as Markdown, for a pull request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reports.escaping import markdown_text, one_line


class Table(NamedTuple):
    """``notes``: lines below it. Without rows only the notes are shown."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: Sequence[str] = ()


def text_tables(tables: Sequence[Table]) -> str:
    return "\n\n".join("\n".join([table.title, *_text_rows(table), *table.notes]) for table in tables)


def markdown_tables(tables: Sequence[Table]) -> str:
    return "\n\n".join(
        "\n".join([f"### {markdown_text(table.title)}", "", *_markdown_rows(table), *_markdown_notes(table)])
        for table in tables
    )


def _text_rows(table: Table) -> list[str]:
    if not table.rows:
        return []
    lines = [table.headings, *(tuple(map(one_line, row)) for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    ]


def _markdown_rows(table: Table) -> list[str]:
    if not table.rows:
        return []
    lines = [table.headings, ("---",) * len(table.headings), *table.rows]
    return ["| " + " | ".join(map(markdown_text, line)) + " |" for line in lines]


def _markdown_notes(table: Table) -> list[str]:
    return ["", *(f"- {markdown_text(note)}" for note in table.notes)] if table.notes else []
