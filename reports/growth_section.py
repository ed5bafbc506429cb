"""The growth of a build's operations on a page: the missing indexes first, then every operation and statement."""

from __future__ import annotations

from harness.growth import GrowthResult, OperationGrowth
from harness.store import GROWTH
from reports.growth_formats import (
    FEWEST,
    HEADING,
    MISSING,
    fewest_rows,
    growth_line,
    missing_rows,
    operation_cells,
)
from reports.growth_views import LAWS, findings, sizes_text
from reports.plain_tables import Table
from reports.section import Section, shown_statements
from reports.units import MISSING as DASH
from reports.units import plural

GLOSSARY = {
    "rows examined": "rows that the server read for one request, by its own count",
    "rows answered": "rows that it sent or changed",
    "full scan": "a table read from its beginning to its end, for want of an index",
    "grows with the answer": "examines the rows that it answers and no others: an index would not help",
    "grows with the table": "examines every row of the table, or the same share of it, whatever it answers",
    "with the index": "rows examined by the same statement after that index had been made on the same data",
}

_STATEMENTS = ("statement", "rows stored", "rows examined", "rows answered", "full scan", "growth")


def growth_section(result: GrowthResult) -> Section:
    sizes = " / ".join(result.profiles)
    return Section(
        anchor="growth",
        title="Growth with the tables",
        line=growth_line(result),
        acts=bool(findings(result)),
        file=GROWTH.file,
        result=result,
        builds=(result.build,),
        tables=[
            Table(
                "Missing indexes",
                FEWEST,
                fewest_rows(result),
            ),
            Table(f"The index of each statement alone; profiles {sizes}", MISSING, missing_rows(result)),
        ],
        folded=[
            Table(
                f"All operations and evaluations; profiles {sizes}",
                HEADING,
                [operation_cells(one) for one in result.operations],
            ),
        ],
        statements=[_statements(one) for one in result.operations if one.statements],
        data_sets=result.data_sets,
        glossary=GLOSSARY,
    )


def _statements(one: OperationGrowth) -> Table:
    lines = [
        (
            statement.text,
            sizes_text(statement.rows_stored) if statement.table else DASH,
            sizes_text(statement.rows_examined),
            sizes_text(statement.rows_answered),
            "yes" if statement.full_scan else "no",
            LAWS[statement.law],
        )
        for statement in one.statements
    ]
    title = f"{one.operation}: {plural(len(one.statements), 'statement')}"
    return shown_statements(title, _STATEMENTS, lines, GROWTH.file)
