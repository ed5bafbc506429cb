"""The table of docs/operations.md."""

from __future__ import annotations

from pathlib import Path

DOCUMENT = Path(__file__).parents[1] / "docs" / "operations.md"


def documented_operations() -> dict[str, dict[str, str]]:
    """Operation to its cells by heading; those of a release are headed by its version."""
    rows = [line.strip("| ").split(" | ") for line in DOCUMENT.read_text().splitlines() if line.startswith("| ")]
    first = next(place for place, row in enumerate(rows) if row[0] == "operation")
    heading, _rule, *table = rows[first:]
    return {row[0]: dict(zip(heading[1:], row[1:], strict=True)) for row in table}
