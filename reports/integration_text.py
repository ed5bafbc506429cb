"""What became of DIRAC's own tests, for a terminal or, as Markdown, for a pull request."""

from __future__ import annotations

from harness.integration.outcomes import IntegrationResult
from reports.escaping import markdown_text

_HEADINGS = ("file", "test", "outcome", "seconds", "reason")


def integration_text(result: IntegrationResult, *, markdown: bool) -> str:
    """A line that sums up, one row per test, and the reasons of those that did not pass."""
    rows = [(one.file, one.test, one.outcome, f"{one.duration_s:.2f}", one.reason) for one in result.tests]
    if markdown:
        lines = [_HEADINGS, ("---",) * len(_HEADINGS), *rows]
        table = "\n".join("| " + " | ".join(map(markdown_text, line)) + " |" for line in lines)
    else:
        widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)][:4]
        table = "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
            + (f"\n    {row[4]}" if row[4] and row is not _HEADINGS else "")
            for row in ((*_HEADINGS[:4], ""), *rows)
        )
    return f"{_summary(result)}\n\n{table}"


def _summary(result: IntegrationResult) -> str:
    counts = [
        f"{result.count(outcome)} {outcome}" for outcome in ("passed", "skipped", "failed", "broken upstream")
        if outcome == "passed" or result.count(outcome)
    ]  # fmt: skip
    where = f"DIRAC {result.dirac_version} ({result.build}) over {result.front_door}"
    return f"{', '.join(counts)}: {where}, tests of {result.sources}"
