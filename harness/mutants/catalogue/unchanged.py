"""Those that change nothing that a user could notice."""

from __future__ import annotations

from harness.mutants.catalogue.places import (
    BASE,
    CLIENT_CACHE,
    DISET_HANDLER,
    EXECUTE,
    GET_STATUSES,
    MANAGEMENT_DB,
    MANAGEMENT_HANDLER,
    MANAGEMENT_SELECT,
    PUBLISHER_HANDLER,
    SELECT,
    SERVER,
    SINCE_7_3,
    SINCE_8_0,
    STATUS_ACTION,
    STATUS_DB,
    STATUS_HANDLER,
    STATUS_SELECT,
    TRANSFORMATION_CLIENT,
)
from harness.mutants.changes import Annotate, Begin, Change, Rename, Replace, Returns, Swap, Top
from harness.mutants.mutant import Mutant, Place


def _unchanged(name: str, place: Place, story: str, file: str, *changes: Change) -> Mutant:
    return Mutant(name, "unchanged", place, story, file, changes, "paired", also_for=SINCE_8_0)


UNCHANGED = (
    _unchanged("variable-renamed", "SQLAlchemy base", "a variable has another name", BASE,
               Rename(SELECT, "selectionRes", "rowsFound")),
    _unchanged("comment-added", "server", "a comment", SERVER,
               Begin(EXECUTE, "# What came with the request, decoded.")),
    _unchanged("lines-reordered", "SQLAlchemy base", "two lines have changed places", BASE,
               Swap(SELECT, 'older = params.get("Meta", {}).get("older", None)',
                    'newer = params.get("Meta", {}).get("newer", None)')),
    _unchanged("types-hinted", "handler", "type hints", STATUS_HANDLER,
               Annotate(STATUS_SELECT, "table", "str"), Annotate(STATUS_SELECT, "params", "dict")),
    _unchanged("message-formatted-otherwise", "handler", "a message is formatted by % in place of an f-string",
               MANAGEMENT_HANDLER,
               Replace(MANAGEMENT_SELECT, 'f"select: {table} {params}"', '"select: %s %s" % (table, params)')),
    _unchanged("method-added", "database class", "a method that nobody calls", MANAGEMENT_DB,
               Begin("ResourceManagementDB", "def tableNames(self):\n    return list(self.tablesList)\n")),
    _unchanged("list-unpacked", "SQLAlchemy base", "[*values] in place of list(values)", BASE,
               Replace(SELECT, "list(columnValue)", "[*columnValue]")),
    _unchanged("types-in-another-order", "SQLAlchemy base", "isinstance names its types in another order", BASE,
               Replace(SELECT, "(list, tuple)", "(tuple, list)")),
    _unchanged("constant-added", "database class", "a constant that nobody uses", STATUS_DB,
               Top('DEFAULT_VO = "all"')),
    _unchanged("answer-through-a-function", "handler", "a function is taken out of a method", PUBLISHER_HANDLER,
               Returns(GET_STATUSES, "_answer($)"),
               Top("def _answer(result):\n    return result\n")),
    _unchanged("other-system-changed", "client", "a commit to a part of DIRAC that the RSS does not use",
               TRANSFORMATION_CLIENT, Top('_DESCRIPTION = "client of the transformations"')),
    Mutant(
        "diset-comment-added", "unchanged", "transport", "a comment, over dips", DISET_HANDLER,
        (Begin("RequestHandler.__RPCCallFunction", "# Arguments were checked when they came."),),
        "paired", front_door="dips", also_for=SINCE_8_0,
    ),
    Mutant(
        "cache-variable-renamed", "unchanged", "cache", "a variable of the client's cache has another name",
        CLIENT_CACHE, (Rename("RSSCache._match", "cacheMatches", "matching"),),
        "micro", select="bench_hit", also_for=SINCE_7_3,
    ),
    Mutant(
        "action-variable-renamed", "unchanged", "action", "a variable of an action has another name",
        STATUS_ACTION, (Rename("LogStatusAction.run", "voColumnIndex", "column"),),
        "policies", also_for=SINCE_7_3,
    ),
)  # fmt: skip
