"""The growth of a build's operations for a terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from harness.growth import GrowthResult, OperationGrowth
from reports.escaping import markdown_text, one_line, shorten
from reports.growth_views import (
    advice,
    finding_text,
    findings,
    gain_text,
    index_text,
    law_text,
    sizes_text,
    statement_text,
)
from reports.units import count, plural

HEADING = ("operation", "statements", "rows examined", "commits", "connections", "nested calls", "growth")
FEWEST = ("missing indexes, the fewest that serve every statement that lacks one", "used by")
MISSING = ("index of one statement", "rows examined", "rows answered", "with the index", "used by", "statement")


def growth_line(result: GrowthResult) -> str:
    """What was found, in one line."""
    missing = advice(result)
    scanning = {name for one in missing for name in one.operations}
    failed = sum(one.problem is not None for one in result.operations)
    indexes = "1 missing index" if len(missing) == 1 else f"{count(len(missing))} missing indexes"
    return (
        f"DIRAC {result.build.name}: {indexes}, for want of which {plural(len(scanning), 'operation')} of "
        f"{count(len(result.operations))} read whole tables; profiles {', '.join(result.profiles)}"
        + (f"; {plural(failed, 'operation')} not answered" if failed else "")
    )


def growth_text(result: GrowthResult) -> str:
    lines = [growth_line(result), "", "MISSING INDEXES, the fewest that serve every statement that lacks one"]
    lines += [f"  {index_text(one.index)}: {', '.join(one.operations)}" for one in advice(result)] or ["  none"]
    lines += ["", "WHO LACKS WHICH, most rows read for nothing first"]
    lines += [f"  {one_line(finding_text(finding))}" for finding in findings(result)] or ["  none"]
    rows = [HEADING, *(operation_cells(one) for one in result.operations)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADING) - 1)]
    lines += ["", f"ALL OPERATIONS, figures of profiles {' / '.join(result.profiles)}"]
    lines += [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    ]
    return "\n".join(lines)


def growth_markdown(result: GrowthResult) -> str:
    lines = [markdown_text(growth_line(result)), "", *_table(FEWEST, fewest_rows(result)), ""]
    lines += [*_table(MISSING, missing_rows(result)), ""]
    return "\n".join([*lines, *_table(HEADING, [operation_cells(one) for one in result.operations])])


def fewest_rows(result: GrowthResult) -> list[tuple[str, ...]]:
    """Below FEWEST."""
    return [(index_text(one.index), ", ".join(one.operations)) for one in advice(result)]


def missing_rows(result: GrowthResult) -> list[tuple[str, ...]]:
    """Below MISSING, what reads most rows for nothing first."""
    return [
        (
            index_text(one.index),
            sizes_text(one.statement.rows_examined),
            sizes_text(one.statement.rows_answered),
            gain_text(one.index),
            ", ".join(one.operations),
            statement_text(one.statement),
        )
        for one in findings(result)
    ]


def operation_cells(one: OperationGrowth) -> tuple[str, ...]:
    """Below HEADING."""
    if one.problem is not None and not one.statements:
        return (one.operation, "", "", "", "", "", shorten(one_line(one.problem)))
    return (
        one.operation,
        count(len(one.statements)),
        sizes_text(one.rows_examined),
        count(one.commits[-1]),
        count(one.connections[-1]),
        count(len(one.nested_calls or ())),
        law_text(one),
    )


def _table(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    lines = [heading, tuple("---" for _ in heading), *(tuple(map(markdown_text, row)) for row in rows)]
    return [f"| {' | '.join(row)} |" for row in lines]
