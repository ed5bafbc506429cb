"""Those that answer wrongly, most of them faster."""

from __future__ import annotations

from harness.mutants.catalogue.places import (
    BASE,
    GET_TREE,
    MANAGEMENT_HANDLER,
    MANAGEMENT_SELECT,
    MANAGEMENT_SELECTS,
    PUBLISHER,
    PUBLISHER_HANDLER,
    PUBLISHER_WRITES,
    SELECT,
    SELECTS,
    SINCE_7_3,
    SINCE_8_0,
    STATUS_DB,
    STATUS_MODIFIES,
    STATUS_MODIFY,
    STATUS_SELECTS,
)
from harness.mutants.changes import After, Before, Call, Replace, Top
from harness.mutants.mutant import Mutant

WRONG = (
    Mutant(
        "at-most-a-hundred-rows",
        "wrong",
        "SQLAlchemy base",
        "answers end after 100 rows",
        BASE,
        (Before(SELECT, "select.limit(int(limit))", "limit = limit or 100", up=1),),
        "exact",
        ("ResourceStatus.select full table", "ResourceStatus.select all columns"),
        (*SELECTS, PUBLISHER),
        "answer",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "names-cut",
        "wrong",
        "SQLAlchemy base",
        "of a list of names the first ten are asked for",
        BASE,
        (Replace(SELECT, "list(columnValue)", "$[:10]"),),
        "exact",
        ("ResourceStatus.select by names",),
        ("Publisher.getTree",),
        "answer",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "dates-left-out",
        "wrong",
        "database class",
        "a status is answered without its last check",
        STATUS_DB,
        (Replace("ElementStatusBase.toList", "self.lastchecktime", "None"),),
        "exact",
        ("ResourceStatus.select all columns",),
        (STATUS_SELECTS, PUBLISHER),
        "answer",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "tree-without-storage",
        "wrong",
        "handler",
        "the storage elements of a site are not asked for",
        PUBLISHER_HANDLER,
        (Call(GET_TREE, "self.rsClient.selectStatusElement", "S_OK([])", having="name=list(ses)"),),
        "exact",
        ("Publisher.getTree",),
        (),
        "answer",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "no-downtimes",
        "wrong",
        "handler",
        "the page of downtimes is empty",
        PUBLISHER_HANDLER,
        (
            Call(
                "PublisherHandlerMixin.export_getCachedDowntimes", "self.rmClient.selectDowntimeCache", "S_OK([])"
            ),
        ),
        "exact",
        ("Publisher.getCachedDowntimes",),
        (),
        "answer",
    ),
    Mutant(
        "same-status-not-written",
        "wrong",
        "database class",
        "a status that stays as it is is acknowledged and not written, nor is its line in the log",
        STATUS_DB,
        (
            Before(
                STATUS_MODIFY,
                "changeDE = False",
                """
                if params.get("Status") == res.status:
                    return S_OK()
                """,
            ),
        ),
        "exact",
        (STATUS_MODIFIES,),
        (PUBLISHER_WRITES,),
        "answer",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "answers-remembered",
        "wrong",
        "handler",
        "answers are kept for a minute, whatever is written meanwhile",
        MANAGEMENT_HANDLER,
        (
            Top(
                """
                import time

                _KEPT = {}


                def _kept(select, table, params):
                    key = (table, repr(params))
                    if key not in _KEPT or _KEPT[key][0] < time.monotonic() - 60:
                        _KEPT[key] = (time.monotonic(), select(table, params))
                    return _KEPT[key][1]
                """
            ),
            Replace(MANAGEMENT_SELECT, "self.db.select(table, params)", "_kept(self.db.select, table, params)"),
        ),
        "exact",
        (MANAGEMENT_SELECTS,),
        (PUBLISHER,),
        "answer",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "status-write-serializable",
        "wrong",
        "database class",
        "an isolation level under which a write waits for a lock of its own caller, and then fails",
        STATUS_DB,
        (
            After(
                STATUS_MODIFY,
                "session = self.sessionMaker_o()",
                'session.connection(execution_options={"isolation_level": "SERIALIZABLE"})',
            ),
        ),
        "exact",
        ("ResourceStatus.addOrModify new element",),
        (STATUS_MODIFIES, PUBLISHER_WRITES),
        "answer",
        also_for=SINCE_7_3,
    ),
)
