"""What ``--format`` of a comparison offers."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from harness.comparison import ComparisonResult
from reports.comparison_markdown import comparison_markdown
from reports.comparison_text import comparison_text
from reports.junit import comparison_junit


def comparison_json(result: ComparisonResult) -> str:
    """What ``comparison.json`` holds, field by field (docs/comparison-json.md)."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2).decode()


COMPARISON_FORMATS: dict[str, Callable[[ComparisonResult], str]] = {
    "text": comparison_text,
    "markdown": comparison_markdown,
    "json": comparison_json,
    "junit": comparison_junit,
}
