"""Rows of text as a table for a terminal or, as Markdown, for a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from reports.escaping import markdown_text


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
