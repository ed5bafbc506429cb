"""Statements that are added up: those of the RSS's databases, with the rows that they touched."""

from __future__ import annotations

import pytest
import sqlalchemy

from harness.cycles import StatementTotal
from harness.measure.statement_totals import StatementTotals
from harness.stack.lifecycle import Stack

pytestmark = pytest.mark.stack


def test_each_statement_is_counted_with_its_rows_and_our_own_are_not(stack: Stack) -> None:
    engine = sqlalchemy.create_engine(stack.database.url("ResourceStatusDB"), poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:  # other tests may have written some
        sites = connection.exec_driver_sql("SELECT COUNT(*) FROM SiteStatus").scalar_one()
    with StatementTotals(stack.database, stack.database.user) as totals:
        totals.clear()
        with engine.begin() as connection:
            for name in ("one", "two"):
                connection.exec_driver_sql(f"SELECT Name, Status FROM SiteStatus WHERE Status <> '{name}'").all()
            connection.exec_driver_sql("UPDATE SiteStatus SET VO = VO WHERE Name = 'nobody'")
        found = {one.text: one for one in totals.executed()}
        connected = totals.connected()
    (selected,) = [one for text, one in found.items() if text.startswith("SELECT") and "SiteStatus" in text]
    assert (selected.executions, selected.rows_examined, selected.rows_sent) == (2, 2 * sites, 2 * sites)
    assert next(one.rows_affected for text, one in found.items() if text.startswith("UPDATE")) == 0
    assert found["COMMIT"].executions == 1
    assert not [text for text in found if "events_statements" in text]
    assert {one.database for one in found.values()} == {"ResourceStatusDB"}
    assert connected == 1


def test_rows_of_an_insert_that_returns_columns_are_written_rows() -> None:
    assert (
        StatementTotal("ResourceStatusDB", "INSERT INTO `t` VALUES (...) RETURNING `ID`", 3, 0, 3, 0).rows_written
        == 3
    )
    assert StatementTotal("ResourceStatusDB", "INSERT INTO `t` VALUES (...)", 3, 0, 0, 3).rows_written == 3
    assert StatementTotal("ResourceStatusDB", "SELECT * FROM `t`", 3, 9, 9, 0).rows_written == 0
    assert StatementTotal("ResourceStatusDB", "DELETE FROM `t`", 1, 9, 0, 9).rows_written == 9
