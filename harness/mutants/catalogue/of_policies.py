"""Of the policy chain and its actions: agents run them, and evaluations count them."""

from __future__ import annotations

from harness.mutants.catalogue.places import (
    DOWNTIME_COMMAND,
    EMAIL_ACTION,
    ENFORCEMENT,
    RESULT_ACTION,
    SINCE_7_3,
    STATUS_ACTION,
)
from harness.mutants.changes import Before, Call, Keyword, Replace, Top
from harness.mutants.mutant import Mutant

OF_POLICY_CHAIN = (
    Mutant(
        "results-looked-up",
        "heavier",
        "action",
        "a call more: each result is read before it is written",
        RESULT_ACTION,
        (
            Before(
                "LogPolicyResultAction.run",
                "self.rmClient.addOrModifyPolicyResult",
                "self.rmClient.selectPolicyResult(element=element, name=name, policyName=policyName)",
            ),
        ),
        "policies",
        ("*, LogPolicyResultAction",),
        ("*, all",),
        "nested calls",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "status-of-everybody",
        "heavier",
        "action",
        "the rows of all elements are read to find those of one",
        STATUS_ACTION,
        (
            Keyword("LogStatusAction.run", "self.rsClient.selectStatusElement", "name", "None"),
            Replace("LogStatusAction.run", 'resSelect["Value"]', "[row for row in $ if row[0] == name]"),
        ),
        "policies",
        ("*, LogStatusAction",),
        ("*, all",),
        "rows",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "mail-looked-up",
        "heavier",
        "action",
        "the whole e-mail cache is read before a row goes there",
        EMAIL_ACTION,
        (Before("EmailAction.run", "self.rsClient.insert", 'self.rsClient.select("ResourceStatusCache", {})'),),
        "policies",
        ("*, EmailAction",),
        ("*, all",),
        "nested calls",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "decision-taken-twice",
        "heavier",
        "policy chain",
        "policies are evaluated twice, to see whether a status is stable",
        ENFORCEMENT,
        (Before("PEP.enforce", "self.pdp.takeDecision()", "self.pdp.takeDecision()"),),
        "policies",
        ("*, none",),
        ("*",),
        "nested calls",
        also_for=SINCE_7_3,
    ),
    Mutant(
        "downtimes-of-everybody",
        "heavier",
        "policy chain",
        "a command asks for all downtimes and looks for its element in them",
        DOWNTIME_COMMAND,
        (
            Keyword("DowntimeCommand.doCache", "self.rmClient.selectDowntimeCache", "name", "None"),
            Call("DowntimeCommand.doCache", "self.rmClient.selectDowntimeCache", "_ofNames($, elementName)"),
            Top(
                """


                def _ofNames(result, names):
                    if result["OK"]:
                        column = result["Columns"].index("name" if "name" in result["Columns"] else "Name")
                        wanted = names if isinstance(names, list) else [names]
                        result["Value"] = [row for row in result["Value"] if row[column] in wanted]
                    return result
                """
            ),
        ),
        "policies",
        ("*, none",),
        ("*",),
        "rows",
    ),
)
