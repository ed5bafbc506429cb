"""The HTML page of what was measured beside runs and comparisons: one file that needs nothing else."""

from __future__ import annotations

from pathlib import Path

from harness.errors import RssbenchError
from harness.store import writing
from reports.measurements import sections_in
from reports.rendering import rendered

REPORT = "report.html"


def write_measurement_page(directory: Path) -> Path:
    """Write ``report.html`` with a section for each measurement that stands in the directory; its path.

    RssbenchError when one cannot be read, or the page cannot be written.
    """
    sections, unreadable = sections_in(directory)
    if unreadable:
        raise RssbenchError("\n".join(unreadable.values()))
    report = directory / REPORT
    page = rendered(
        "measurement.html.j2",
        sections=sections,
        verdict=" · ".join(section.line for section in sections),
        glossary={word: meaning for section in sections for word, meaning in section.glossary.items()},
    )
    with writing(report):
        report.write_text(page, encoding="utf-8")
    return report
