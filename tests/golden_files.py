"""Outputs that a reviewer reads as a diff: tests/golden has one file for each."""

import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"


def same_as_golden(name: str, text: str) -> bool:
    """RSSBENCH_UPDATE_GOLDEN=1 writes the file anew, for a reviewer to read as a diff."""
    file = GOLDEN / name
    if os.environ.get("RSSBENCH_UPDATE_GOLDEN"):
        file.write_text(text + "\n", encoding="utf-8")
    return file.read_text(encoding="utf-8") == text + "\n"
