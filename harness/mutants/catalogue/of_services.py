"""Of the services' handlers and of what they say: more that can be counted."""

from __future__ import annotations

from harness.mutants.catalogue.places import (
    EVERYTHING,
    GET_STATUSES,
    GET_TREE,
    JSON_ENCODING,
    MANAGEMENT_HANDLER,
    MANAGEMENT_SELECT,
    MANAGEMENT_SELECTS,
    PUBLISHER,
    PUBLISHER_HANDLER,
    SINCE_7_3,
    SINCE_8_0,
    STATUS_HANDLER,
    STATUS_SELECT,
)
from harness.mutants.changes import After, Before, Begin, Call, Keyword, Replace, Returns, Top
from harness.mutants.mutant import Mutant

_SELECTED = "res = self.db.select(table, params)"

_OF_NAMES = """


def _ofNames(result, names):
    if result["OK"] and names is not None:
        wanted = [names] if isinstance(names, str) else names
        result["Value"] = [row for row in result["Value"] if row[0] in wanted]
    return result
"""

HEAVIER_SERVICES = (
    Mutant(
        "names-one-by-one",
        "heavier",
        "handler",
        "a list of names becomes a query per name",
        STATUS_HANDLER,
        (
            Top(
                """


                def _byName(db, table, params):
                    names = params.get("Name")
                    if not names or not isinstance(names, list):
                        return db.select(table, params)
                    meta = params.get("Meta", {})
                    results = [db.select(table, {**params, "Name": name, "Meta": dict(meta)}) for name in names]
                    rows = [row for result in results for row in result["Value"]]
                    return {**results[0], "Value": rows}
                """
            ),
            Replace(STATUS_SELECT, "self.db.select(table, params)", "_byName(self.db, table, params)"),
        ),
        "exact",
        ("ResourceStatus.select by names",),
        ("Publisher.getTree",),
        "statements",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "nothing-found-asked-again",
        "heavier",
        "handler",
        "a second try when nothing is found, against replicas that lag",
        MANAGEMENT_HANDLER,
        (
            After(
                MANAGEMENT_SELECT,
                _SELECTED,
                """
                if res["OK"] and not res["Value"]:
                    res = self.db.select(table, params)
                """,
            ),
        ),
        "exact",
        ("ResourceManagement.select transfer",),
        (MANAGEMENT_SELECTS, PUBLISHER),
        "statements",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "pilots-without-key",
        "heavier",
        "handler",
        "a dropped filter on the primary key: the site is looked for in what comes back",
        MANAGEMENT_HANDLER,
        (
            Before(
                MANAGEMENT_SELECT, _SELECTED, 'site = params.pop("Site", None) if table == "PilotCache" else None'
            ),
            After(
                MANAGEMENT_SELECT,
                _SELECTED,
                """
                if site and res["OK"]:
                    res["Value"] = [row for row in res["Value"] if row[0] == site]
                """,
            ),
        ),
        "exact",
        ("ResourceManagement.select pilots of site",),
        (),
        "rows",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "publisher-filters-itself",
        "heavier",
        "handler",
        "all rows are asked for, and the element is looked for in them",
        PUBLISHER_HANDLER,
        (
            Keyword(GET_STATUSES, "cls.rsClient.selectStatusElement", "name", "None"),
            Returns(GET_STATUSES, "_ofNames($, name)"),
            Top(_OF_NAMES),
        ),
        "exact",
        ("Publisher.getElementStatuses",),
        ("Publisher.getElementStatuses *",),
        "rows",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "publisher-looks-first",
        "heavier",
        "handler",
        "a nested call more: whether there is such an element",
        PUBLISHER_HANDLER,
        (
            Begin(
                GET_STATUSES,
                'cls.rsClient.selectStatusElement(element, "Status", name=name, meta={"columns": ["Name"]})',
            ),
        ),
        "exact",
        ("Publisher.getElementStatuses",),
        ("Publisher.getElementStatuses *",),
        "nested calls",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "tree-asks-per-element",
        "heavier",
        "handler",
        "N+1: a nested call for each computing element of a site",
        PUBLISHER_HANDLER,
        (
            Call(
                GET_TREE,
                "self.rsClient.selectStatusElement",
                "_merged([$ for ces in [[one] for one in ces]])",
                having="name=ces",
            ),
            Top(
                """


                def _merged(results):
                    failed = [result for result in results if not result["OK"]]
                    return failed[0] if failed else S_OK([row for result in results for row in result["Value"]])
                """
            ),
        ),
        "exact",
        ("Publisher.getTree",),
        (),
        "nested calls",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "json-indented",
        "heavier",
        "serialisation",
        "a larger answer: JSON for people to read",
        JSON_ENCODING,
        (Keyword("encode", "json.dumps", "indent", "1"),),
        "exact",
        EVERYTHING,
        (),
        "bytes",
        also_for=SINCE_7_3,
    ),
)
