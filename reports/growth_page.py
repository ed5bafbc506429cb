"""The HTML page of a growth: one file that needs nothing else, the missing indexes first."""

from __future__ import annotations

from pathlib import Path

from harness.growth import GrowthResult
from harness.store import writing
from reports import growth_views
from reports.growth_formats import growth_line
from reports.rendering import rendered

REPORT = "report.html"

GLOSSARY = {
    "rows examined": "rows that the server read for one request, by its own count",
    "rows answered": "rows that it sent or changed",
    "full scan": "a table read from its beginning to its end, for want of an index",
    "grows with the answer": "examines the rows that it answers and no others: an index would not help",
    "grows with the table": "examines every row of the table, or the same share of it, whatever it answers",
    "with the index": "rows examined by the same statement after that index had been made on the same data",
}


def write_growth_report(result: GrowthResult, directory: Path) -> Path:
    """Write ``report.html`` into the directory and return its path. RssbenchError when it cannot be written."""
    report = directory / REPORT
    page = rendered(
        "growth.html.j2",
        result=result,
        verdict=growth_line(result),
        views=growth_views,
        findings=growth_views.findings(result),
        advice=growth_views.advice(result),
        glossary=GLOSSARY,
    )
    with writing(report):
        report.write_text(page, encoding="utf-8")
    return report
