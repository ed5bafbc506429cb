"""Of the services' handlers: what only time shows, or nothing."""

from __future__ import annotations

from harness.mutants.catalogue.places import (
    EVERYTHING,
    MANAGEMENT_HANDLER,
    MANAGEMENT_SELECT,
    MANAGEMENT_SELECTS,
    PUBLISHER,
    PUBLISHER_HANDLER,
    PUBLISHER_WRITES,
    SINCE_8_0,
    STATUS_HANDLER,
    STATUS_MODIFIES,
    STATUS_SELECT,
    STATUS_SELECTS,
)
from harness.mutants.changes import After, Before, Begin, Replace, Returns, Top
from harness.mutants.mutant import Mutant

_SELECTED = "res = self.db.select(table, params)"

SLOWER_HANDLERS = (
    Mutant(
        "answer-logged",
        "slower",
        "handler",
        "chatty logging: the whole answer",
        STATUS_HANDLER,
        (After(STATUS_SELECT, _SELECTED, 'self.log.info(f"select answers: {res}")'),),
        "paired",
        ("ResourceStatus.select all columns",),
        (STATUS_SELECTS, PUBLISHER),
        "service CPU",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "answer-copied",
        "slower",
        "handler",
        "a deep copy, so that nobody changes what a cache might hold",
        STATUS_HANDLER,
        (Top("from copy import deepcopy"), Returns(STATUS_SELECT, "deepcopy($)")),
        "paired",
        ("ResourceStatus.select all columns",),
        (STATUS_SELECTS, PUBLISHER),
        "service CPU",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "duplicates-in-a-list",
        "slower",
        "handler",
        "O(n²): rows that come twice are counted with a list",
        STATUS_HANDLER,
        (
            After(
                STATUS_SELECT,
                _SELECTED,
                """
                unique = []
                for row in res.get("Value", []):
                    if row not in unique:
                        unique.append(row)
                """,
            ),
        ),
        "paired",
        ("ResourceStatus.select full table",),
        (STATUS_SELECTS, PUBLISHER),
        "service CPU",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "configuration-read-per-call",
        "slower",
        "handler",
        "the configuration of the system is read anew for each call",
        STATUS_HANDLER,
        (
            Top("from DIRAC import gConfig"),
            Begin(STATUS_SELECT, 'gConfig.getConfigurationTree("/Systems/ResourceStatus")'),
        ),
        "paired",
        ("ResourceStatus.select *",),
        (PUBLISHER,),
        "service CPU",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "write-synced-to-disk",
        "slower",
        "handler",
        "a journal of writes that is synced to the disk",
        STATUS_HANDLER,
        (
            Top("import os\nimport tempfile"),
            Begin(
                "ResourceStatusHandlerMixin.export_addOrModify",
                """
                with tempfile.NamedTemporaryFile("w", dir="/var/tmp") as journal:
                    journal.write(f"{table} {params}")
                    journal.flush()
                    os.fsync(journal.fileno())
                """,
            ),
        ),
        "paired",
        (STATUS_MODIFIES,),
        (PUBLISHER_WRITES,),
        "waiting",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "select-sleeps",
        "slower",
        "handler",
        "1 ms of sleep, against a race",
        MANAGEMENT_HANDLER,
        (Top("import time"), Begin(MANAGEMENT_SELECT, "time.sleep(0.001)")),
        "paired",
        (MANAGEMENT_SELECTS,),
        (PUBLISHER,),
        "waiting",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "lock-around-select",
        "slower",
        "handler",
        "one lock for all selects, held until the database has answered",
        STATUS_HANDLER,
        (
            Top(
                """
                import threading

                _LOCK = threading.Lock()


                def _locked(function, *args):
                    with _LOCK:
                        return function(*args)
                """
            ),
            Replace(STATUS_SELECT, "self.db.select(table, params)", "_locked(self.db.select, table, params)"),
        ),
        "load",
        ("production_mix",),
        (),
        "latency",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "policies-check-the-sites",
        "slower",
        "handler",
        "the Publisher walks through the configuration of all sites before it asks for one element",
        PUBLISHER_HANDLER,
        (Begin("PublisherHandlerMixin.export_getElementPolicies", "getSiteCEMapping()"),),
        "paired",
        ("Publisher.getElementPolicies",),
        (),
        "service CPU",
    ),
    Mutant(
        "sites-read-twice",
        "slower",
        "handler",
        "the configuration of all sites is read twice for each, by an operation that is timed on request only",
        PUBLISHER_HANDLER,
        (Before("PublisherHandlerMixin.export_getSitesResources", "getSiteCEMapping()", "getSiteCEMapping()"),),
        "paired",
        ("Publisher.getSitesResources *",),
        ("Publisher.getSitesResources",),
        "service CPU",
    ),
    Mutant(
        "answers-kept",
        "slower",
        "handler",
        "a leak: every answer is kept",
        STATUS_HANDLER,
        (
            Begin("ResourceStatusHandlerMixin", "_answers = []\n"),
            After(STATUS_SELECT, _SELECTED, "self._answers.append(res)"),
        ),
        "paired",
        EVERYTHING,
        (),
        "memory",
        also_for=SINCE_8_0,
    ),
    Mutant(
        "slow-import",
        "slower",
        "import",
        "a library that draws is imported with the handler",
        STATUS_HANDLER,
        (Top("import matplotlib.pyplot"),),
        "paired",
        EVERYTHING,
        (),
        "start CPU",
        also_for=SINCE_8_0,
    ),
)
