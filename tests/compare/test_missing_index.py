"""Which index a normalised statement would need."""

from __future__ import annotations

import pytest

from harness.compare.missing_index import missing_index, table_of
from harness.growth import MissingIndex

HISTORY = "SELECT `ResourceHistory`.`Status` AS `ResourceHistory_Status` FROM `ResourceHistory`"
NAME, STATUS_TYPE, VO, SINCE, CHECKED = (
    f"`ResourceHistory`.`{name}`" for name in ("Name", "StatusType", "VO", "DateEffective", "LastCheckTime")
)


@pytest.mark.parametrize(
    ("statement", "columns"),
    [
        (
            f"{HISTORY} WHERE {NAME} = ? AND {STATUS_TYPE} = ? ORDER BY {SINCE} DESC LIMIT ?",
            ("Name", "StatusType", "DateEffective"),
        ),
        # a comparison ends what an index can be used for: the order is left out
        (
            f"{HISTORY} WHERE {VO} = ? AND {SINCE} > ? ORDER BY {CHECKED}",
            ("VO", "DateEffective"),
        ),
        # lists come after what is equal to one value, wherever they stand
        (f"{HISTORY} WHERE {NAME} IN (...) AND {VO} = ?", ("VO", "Name")),
        (f"{HISTORY} ORDER BY {SINCE} LIMIT ?", None),
        (f"{HISTORY} WHERE {NAME} LIKE ?", None),
        (HISTORY, None),
        (
            f"DELETE FROM `ResourceHistory` WHERE {VO} = ? AND {SINCE} < ?",
            ("VO", "DateEffective"),
        ),
        (
            f"UPDATE `ResourceHistory` SET `LastCheckTime` = ? WHERE {NAME} = ?",
            ("Name",),
        ),
    ],
)
def test_the_index_of(statement: str, columns: tuple[str, ...] | None) -> None:
    assert missing_index(statement) == (columns and MissingIndex("ResourceHistory", columns))


@pytest.mark.parametrize(
    "statement", ["COMMIT", "SELECT ? + ?", "INSERT INTO `ResourceLog` ( `Name` ) VALUES (?)"]
)
def test_a_statement_that_reads_no_table_needs_none(statement: str) -> None:
    assert table_of(statement) is None
    assert missing_index(statement) is None
