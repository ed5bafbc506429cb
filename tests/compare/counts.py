"""Made-up counts of one operation."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from harness.counted import ExactOperation, ReadAnswer, Statement

SELECT = "SELECT `SiteStatus`.`Name` AS `SiteStatus_Name` FROM `SiteStatus` WHERE `SiteStatus`.`VO` = ?"


def counts(*texts: str, rows_examined: int = 1, **changes: Any) -> ExactOperation:
    """Statements of which each examined so many rows."""
    one = ExactOperation(
        operation="Publisher.getSites",
        statements=tuple(Statement(text, rows_examined, 1, 0) for text in texts),
        rows_examined=rows_examined * len(texts),
        commits=texts.count("COMMIT"),
        connections=0,
        request_bytes=100,
        response_bytes=1_000,
        nested_calls=(),
        answer=ReadAnswer("d1", 2, '[["a"],["b"]]'),
    )
    return replace(one, **changes)
