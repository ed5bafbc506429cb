"""Of the database classes, and of the common base where only time shows it."""

from __future__ import annotations

from harness.mutants.catalogue.places import (
    BASE,
    MANAGEMENT_DB,
    MANAGEMENT_MODIFIES,
    MANAGEMENT_MODIFY,
    PUBLISHER,
    PUBLISHER_WRITES,
    SELECT,
    SELECTS,
    SINCE_7_3,
    STATUS_DB,
    STATUS_MODIFIES,
    STATUS_MODIFY,
    STATUS_SELECTS,
)
from harness.mutants.changes import After, Before, Begin, Replace, Top
from harness.mutants.mutant import Mutant

OF_DATABASE_CLASSES = (
    Mutant(
        "engine-per-write",
        "heavier",
        "database class",
        "an engine per call, as commands of 9.1 make one per evaluation",
        MANAGEMENT_DB,
        (Begin(MANAGEMENT_MODIFY, 'self._initializeConnection("ResourceStatus/ResourceManagementDB")'),),
        "exact",
        (MANAGEMENT_MODIFIES,),
        (),
        "connections",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "status-write-isolated",
        "heavier",
        "database class",
        "an isolation level for one kind of write, set for each",
        STATUS_DB,
        (
            After(
                STATUS_MODIFY,
                "session = self.sessionMaker_o()",
                'session.connection(execution_options={"isolation_level": "READ COMMITTED"})',
            ),
        ),
        "exact",
        (STATUS_MODIFIES,),
        (PUBLISHER_WRITES,),
        "statements",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "status-read-back",
        "heavier",
        "database class",
        "a written status is selected again",
        STATUS_DB,
        (After(STATUS_MODIFY, "session.commit()", 'self.select(table, {"Name": params["Name"]})'),),
        "exact",
        (STATUS_MODIFIES,),
        (PUBLISHER_WRITES,),
        "statements",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "history-of-every-write",
        "heavier",
        "database class",
        "every write goes to the history as well, as until 2012",
        STATUS_DB,
        (
            After(
                STATUS_MODIFY,
                "session.commit()",
                'self.insert(table.replace("Status", "") + "History", dict(params))',
            ),
        ),
        "exact",
        (STATUS_MODIFIES,),
        (PUBLISHER_WRITES,),
        "commits",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "result-read-before-commit",
        "heavier",
        "database class",
        "a row is flushed and read again before it is committed",
        MANAGEMENT_DB,
        (Before(MANAGEMENT_MODIFY, "session.commit()", "session.flush()\nsession.refresh(res)"),),
        "exact",
        (MANAGEMENT_MODIFIES,),
        (),
        "statements",
        also_for=SINCE_7_3,
    ),
)

SLOWER_DATABASE = (
    Mutant(
        "select-whole-rows",
        "slower",
        "SQLAlchemy base",
        "whole rows are read where columns are asked for",
        BASE,
        (Replace(SELECT, "Query(columns, session=session)", "Query(table_c, session=session)"),),
        "paired",
        ("ResourceStatus.select full table",),
        (*SELECTS, PUBLISHER),
        "service CPU",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "filters-checked-by-regex",
        "slower",
        "SQLAlchemy base",
        "a regular expression is compiled for each filter of each call",
        BASE,
        (
            Top("import re"),
            Before(
                SELECT, "getattr(table_c, columnName.lower())", 're.compile(f".*{re.escape(str(columnValue))}$")'
            ),
        ),
        "paired",
        ("ResourceStatus.select exact row",),
        (*SELECTS, PUBLISHER),
        "service CPU",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "columns-by-exception",
        "slower",
        "SQLAlchemy base",
        "a flow driven by exceptions: each value is tried as an item before it is taken as an attribute",
        BASE,
        (
            Top(
                """


                def _valueOf(row, column):
                    try:
                        return row[column]
                    except (KeyError, TypeError):
                        return getattr(row, column)
                """
            ),
            Replace(SELECT, "getattr(res, col)", "_valueOf(res, col)"),
        ),
        "paired",
        ("ResourceStatus.select full table",),
        (*SELECTS, PUBLISHER),
        "service CPU",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "select-distinct",
        "slower",
        "SQLAlchemy base",
        "DISTINCT of whole rows, none of which comes twice",
        BASE,
        (Replace(SELECT, "Query(table_c, session=session)", "$.distinct()"),),
        "paired",
        ("ResourceStatus.select all columns",),
        (*SELECTS, PUBLISHER),
        "database CPU",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "rows-by-reflection",
        "slower",
        "database class",
        "a row finds out its columns from the mapper each time it is made a list",
        STATUS_DB,
        (
            Before(
                "ElementStatusBase.toList",
                "self.vo",
                "columns = {one.name for one in class_mapper(type(self)).columns}\n"
                "return [getattr(self, name.lower()) for name in self.columnsOrder if name in columns]",
            ),
        ),
        "paired",
        ("ResourceStatus.select all columns",),
        (STATUS_SELECTS, PUBLISHER),
        "service CPU",
    ),
)
