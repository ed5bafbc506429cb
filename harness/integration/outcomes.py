"""What became of each test: from pytest's JUnit file to one word and a reason. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from xml.etree import ElementTree as ET

import msgspec

from harness.model import FrontDoor

#: ``broken upstream``: it fails in the same way against any installation of this DIRAC, and the reason says why.
Outcome = Literal["passed", "skipped", "failed", "broken upstream"]

#: How much of a message is shown.
_REASON_LETTERS = 400


class CaseOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One test. ``reason`` is empty for one that passed."""

    file: str
    test: str
    outcome: Outcome
    duration_s: float
    reason: str = ""


class IntegrationResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in ``integration.json``. ``sources``: where the tests are from."""

    build: str
    dirac_version: str
    sources: str
    front_door: FrontDoor
    stack_ready_s: float
    tests: tuple[CaseOutcome, ...]

    def count(self, *outcomes: Outcome) -> int:
        return sum(one.outcome in outcomes for one in self.tests)


def outcomes_of(file: str, junit: str) -> list[CaseOutcome]:
    """Of the tests in pytest's JUnit text; a file that could not be imported is one failed test."""
    return [_outcome(file, case) for case in ET.fromstring(junit).iter("testcase")]  # noqa: S314  pytest wrote it


def _outcome(file: str, case: ET.Element) -> CaseOutcome:
    name = case.get("name") or case.get("classname") or file
    found: Iterable[tuple[Outcome, str]] = (("failed", "error"), ("failed", "failure"), ("skipped", "skipped"))
    for outcome, tag in found:
        if (told := case.find(tag)) is not None:
            return CaseOutcome(file, name, outcome, _duration_s(case), _reason(told))
    return CaseOutcome(file, name, "passed", _duration_s(case))


def _duration_s(case: ET.Element) -> float:
    return float(case.get("time", "0"))


def _reason(told: ET.Element) -> str:
    """The message; where pytest only says that it could not import the file, the last line that says why."""
    message = told.get("message") or ""
    if told.tag == "error":
        lines = [line[1:] for line in (told.text or "").splitlines() if line.startswith("E ")]
        message = lines[-1] if lines else message
    return " ".join(message.split())[:_REASON_LETTERS]
