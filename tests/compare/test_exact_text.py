"""Statements that fit a terminal, and what stands behind a counter."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from harness.compare.exact_lane import compare_exact
from harness.compare.exact_text import SHORT_LENGTH, explanations, short_changes, short_statement
from harness.compare.statement_diff import statement_changes
from harness.counted import ExactOperation
from tests.compare.counts import SELECT, counts


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (
            "SELECT `L`.`ID` AS `L_ID` , `L`.`VO` AS `L_VO` FROM `L` WHERE `L`.`ID` = ? AND `L`.`n` = ?",
            "SELECT L WHERE ID = ? AND n = ?",
        ),
        (
            "SELECT COUNT ( * ) AS `n` FROM ( SELECT `Name` FROM `Log` ) AS `a`",
            "SELECT COUNT (*) FROM (SELECT Name FROM Log)",
        ),
        (
            "INSERT INTO `ResourceLog` ( `Name` , `VO` ) VALUES (...) RETURNING `ResourceLog`.`ID`",
            "INSERT ResourceLog",
        ),
        (
            "UPDATE `SiteStatus` SET `Reason` = ? , `VO` = ? WHERE `SiteStatus`.`Name` = ?",
            "UPDATE SiteStatus SET Reason = ?, VO = ? WHERE Name = ?",
        ),
        ("DELETE FROM `SiteLog` WHERE `SiteLog`.`ID` < ?", "DELETE SiteLog WHERE ID < ?"),
        (
            "SELECT `a`.`x` AS `a_x` FROM `a` , `b` WHERE `a`.`x` = `b`.`x`",
            "SELECT a, b WHERE a.x = b.x",
        ),
        ("COMMIT", "COMMIT"),
        ("statement/com/Ping", "statement/com/Ping"),
    ],
)
def test_a_short_form_says_what_is_asked_of_which_table(text: str, short: str) -> None:
    assert short_statement(text) == short


@given(text=st.text(max_size=400))
def test_a_short_form_fits_a_terminal(text: str) -> None:
    assert len(short_statement(text)) <= SHORT_LENGTH
    assert short_statement("SELECT `a` FROM `t` WHERE " + "x" * 200).endswith("x…")


def texts(baseline: Sequence[str], contender: Sequence[str]) -> list[str]:
    return [f"{one.change} {one.text}" for one in short_changes(statement_changes(baseline, contender))]


def test_statements_of_a_diff_are_shown_in_short() -> None:
    assert texts([SELECT], [SELECT, "ROLLBACK"]) == ["kept SELECT SiteStatus WHERE VO = ?", "added ROLLBACK"]


def test_statements_that_differ_never_look_the_same() -> None:
    wider = SELECT.replace(" FROM", " , `SiteStatus`.`VO` AS `SiteStatus_VO` FROM")
    assert texts([SELECT], [wider]) == [
        "removed SELECT Name FROM SiteStatus WHERE VO = ?",
        "added SELECT Name, VO FROM SiteStatus WHERE VO = ?",
    ]
    renamed = SELECT.replace("SiteStatus_Name", "x")
    assert texts([SELECT], [renamed]) == [f"removed {SELECT}", f"added {renamed}"]


def explained(baseline: ExactOperation, contender: ExactOperation) -> tuple[str, ...]:
    (comparison,) = compare_exact([baseline], [contender])
    return explanations(comparison)


def test_more_rows_of_the_same_text_name_the_statement() -> None:
    (line,) = explained(counts(SELECT, rows_examined=3), counts("COMMIT", SELECT, rows_examined=262))
    assert line.startswith("rows examined 3 -> 262 by SELECT SiteStatus WHERE VO = ?: the text is the same")


def test_nested_calls_are_named() -> None:
    one, other = (
        ("ResourceStatus.select", "ResourceStatus.select"),
        ("ResourceStatus.select", "Publisher.getSites"),
    )
    assert explained(counts(SELECT, nested_calls=one), counts(SELECT, nested_calls=other)) == (
        "-1 call ResourceStatus.select",
        "+1 call Publisher.getSites",
    )


def test_nested_calls_that_were_not_counted_are_said_to_be_so() -> None:
    (line,) = explained(counts(SELECT), counts(SELECT, nested_calls=None))
    assert "not compared" in line
    assert explained(counts(SELECT, nested_calls=None), counts(SELECT, nested_calls=None)) == ()


def test_nothing_is_explained_by_what_varies_or_failed() -> None:
    one = counts(SELECT, nested_calls=("a.b",))
    other = counts(SELECT, rows_examined=5, varying=("rows_examined", "nested_calls"))
    assert explained(one, other) == ()
    assert explained(one, replace(other, varying=("statements",), nested_calls=("a.b",))) == ()
    assert explained(one, counts(SELECT, problem="wrong")) == ()
    assert explained(one, one) == ()
