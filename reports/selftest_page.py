"""The HTML page of a self-test: one file that needs nothing else."""

from __future__ import annotations

from pathlib import Path

from harness.selftest_result import SelftestResult
from harness.store import writing
from reports.rendering import rendered
from reports.selftest_formats import EXPLANATIONS
from reports.selftest_illustrations import peer_illustration
from reports.selftest_tables import selftest_tables, verdict_line

REPORT = "report.html"

GLOSSARY = {
    "pair": "one fresh process pair of two builds, measured interleaved; the unit that statistics count",
    "false alarm": "a change that is found in two equal builds",
    "power": "how often a slow-down that is there is found",
    "pool": "pairs that were recorded once, and are drawn from again and again",
    "end to end": "measured as a whole, from the first process to the verdict",
    "peer": "the rule by which another tool calls a build slower, on the same pairs",
}


def write_selftest_report(result: SelftestResult, directory: Path) -> Path:
    """Write ``report.html`` into the directory and return its path. RssbenchError when it cannot be written."""
    standings = {figure.standing for figure in result.figures}
    report = directory / REPORT
    page = rendered(
        "selftest.html.j2",
        result=result,
        verdict=verdict_line(result),
        verdict_class="wrong" if "missed" in standings else "inconclusive" if "open" in standings else "same",
        tables=selftest_tables(result),
        explanations=(*EXPLANATIONS, *(f"Left out: {one}" for one in result.left_out)),
        curves=peer_illustration(result),
        glossary=GLOSSARY,
    )
    with writing(report):
        report.write_text(page, encoding="utf-8")
    return report
