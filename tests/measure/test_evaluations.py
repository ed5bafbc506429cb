"""Rows that statements wrote, as the counter of evaluations adds them up."""

from __future__ import annotations

from harness.counted import Statement
from harness.measure.evaluations import _merged, rows_written
from tests.reports.synthetic_history import evaluation


def statement(text: str, *, affected: int = 0, sent: int = 0) -> Statement:
    return Statement(text=text, rows_examined=0, rows_sent=sent, rows_affected=affected)


def test_rows_are_counted_by_table_in_the_order_of_its_first_row() -> None:
    statements = [
        statement("UPDATE `PolicyResult` SET `Reason` = ? WHERE `PolicyResult`.`Name` = ?", affected=1),
        statement("UPDATE `ResourceStatus` SET `Status` = ?", affected=1),
        statement("UPDATE `PolicyResult` SET `Reason` = ?", affected=1),
        statement("DELETE FROM `ResourceStatusDB`.`ResourceStatusCache`", affected=7),
    ]
    assert list(rows_written(statements).items()) == [
        ("PolicyResult", 2),
        ("ResourceStatus", 1),
        ("ResourceStatusCache", 7),
    ]


def test_an_insert_that_returns_columns_has_written_the_row_that_it_sent() -> None:
    text = "INSERT INTO `ResourceLog` ( `Name` ) VALUES (...) RETURNING `ResourceLog`.`ID`"
    assert rows_written([statement(text, sent=1)]) == {"ResourceLog": 1}


def test_what_reads_or_changes_nothing_has_written_nothing() -> None:
    statements = [
        statement("SELECT `Name` FROM `SiteStatus`", sent=60),
        statement("UPDATE `ResourceStatus` SET `Status` = ?"),
        statement("COMMIT"),
    ]
    assert rows_written(statements) == {}


def test_a_table_that_is_not_written_to_alike_each_time_varies() -> None:
    again = [evaluation("all", {"ResourceStatus": 1, "ResourceLog": 4}), evaluation("all", {"ResourceLog": 4})]
    assert _merged(again).counted.varying == ("rows written to ResourceStatus",)
    assert _merged(again[1:]).counted.varying == ()
