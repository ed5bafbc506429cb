"""Those that make something faster."""

from __future__ import annotations

from harness.mutants.catalogue.places import (
    CLIENT_CACHE,
    EVERYTHING,
    GET_TREE,
    PUBLISHER_HANDLER,
    PUBLISHER_WRITES,
    SERVER,
    SINCE_7_3,
    SINCE_8_0,
    STATUS_DB,
    STATUS_MODIFIES,
    STATUS_MODIFY,
)
from harness.mutants.changes import After, Before, Call, Drop, Keyword, Replace, Top
from harness.mutants.mutant import Mutant

FASTER = (
    Mutant(
        "answers-not-logged",
        "faster",
        "server",
        "the log line at the end of each request is gone",
        SERVER,
        (Drop("BaseRequestHandler.on_finish", "self.log.notice"),),
        "paired",
        EVERYTHING,
        (),
        "service CPU",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "status-and-log-in-one-commit",
        "faster",
        "database class",
        "a status and its line in the log are written in one transaction",
        STATUS_DB,
        (
            Before(
                STATUS_MODIFY,
                "session.commit()",
                """
                logged = self.objectLoader.loadObject(__name__, table.replace("Status", "") + "Log")["Value"]()
                now = DiracTime.utcnow().replace(microsecond=0)
                logged.fromDict({**params, "DateEffective": params["DateEffective"] or now})
                session.add(logged)
                """,
            ),
            Replace(STATUS_MODIFY, 'self.insert(table.replace("Status", "") + "Log", params)', "S_OK()"),
        ),
        "exact",
        (STATUS_MODIFIES,),
        (PUBLISHER_WRITES,),
        "commits",
    ),
    Mutant(
        "history-indexed",
        "faster",
        "database class",
        "the history has an index for its names",
        STATUS_DB,
        (
            Top("from sqlalchemy import Index"),
            After(
                "ResourceHistory",
                '__tablename__ = "ResourceHistory"',
                '__table_args__ = (Index("OfElement", "Name", "StatusType"), ElementStatusBase.__table_args__)',
            ),
        ),
        "exact",
        ("ResourceStatus.select last history",),
        ("ResourceStatus.select history since", "Publisher.getElementHistory", "ResourceStatus.delete history *"),
        "rows",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "tree-asks-once",
        "faster",
        "handler",
        "computing and storage elements of a site are asked for in one call",
        PUBLISHER_HANDLER,
        (
            Keyword(
                GET_TREE,
                "self.rsClient.selectStatusElement",
                "name",
                '[*ces, *DMSHelpers().getSiteSEMapping()["Value"][1].get(site, [])]',
                having="name=ces",
            ),
            Call(
                GET_TREE,
                "self.rsClient.selectStatusElement",
                'S_OK([row for row in cesStatus["Value"] if row[0] in ses])',
                having="name=list(ses)",
            ),
            Replace(
                GET_TREE,
                "feedTree(cesStatus)",
                'feedTree(S_OK([row for row in cesStatus["Value"] if row[0] in ces]))',
            ),
        ),
        "exact",
        ("Publisher.getTree",),
        (),
        "nested calls",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "cache-without-copies",
        "faster",
        "cache",
        "what a cache has found is put together without a dictionary for each key",
        CLIENT_CACHE,
        (Replace("Cache.get", "result.update({cacheKey: cacheRow})", "result[cacheKey] = cacheRow"),),
        "micro",
        ("*bench_hit*",),
        (),
        "benchmark CPU",
        select="bench_hit",
        also_for=SINCE_7_3,
    ),
)
