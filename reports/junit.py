"""A comparison as JUnit XML, for continuous integration: one test case per operation and lane."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from xml.etree import ElementTree as ET

from harness.comparison import ComparisonResult, Judgement, Verdict
from reports import comparison_wording as wording
from reports.comparison_verdict import verdict_line
from reports.comparison_views import OperationView, operation_views
from reports.escaping import one_line, printable
from reports.exact_wording import diff_line, exact_text, short_diff, why

Outcome = Literal["failure", "error", "skipped"]

#: The suite whose one case is the comparison itself.
_HARNESS = "harness"

#: The worst verdict of a case decides; improvement and same pass.
_OUTCOMES: dict[Verdict, Outcome] = {"wrong": "failure", "regression": "failure", "inconclusive": "skipped"}


@dataclass(frozen=True)
class _Case:
    """``outcome`` None: passed. ``type`` is the verdict, or what else happened."""

    suite: str
    name: str
    outcome: Outcome | None
    type: str
    lines: tuple[str, ...]


def comparison_junit(result: ComparisonResult) -> str:
    """A wrong answer or regression is a failure, inconclusive and absent are skipped, a problem is an error."""
    views = operation_views(result)
    cases = [_of_run(result), *(_of_lane(view, lane) for lane in result.settings.lanes for view in views)]
    cases += [
        _Case("absent", one.operation, "skipped", "absent", (f"{one.reason} ({one.build})",))
        for one in result.absent
    ]
    present = [case for case in cases if case is not None]
    root = ET.Element(
        "testsuites", {"name": "rssbench compare", **_totals(present), "time": f"{result.duration_s:.3f}"}
    )
    for suite in dict.fromkeys(case.suite for case in present):
        root.append(_suite(suite, [case for case in present if case.suite == suite], result))
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document.decode()


def _of_run(result: ComparisonResult) -> _Case:
    """Whether the comparison itself came to its end in order."""
    early = ("ended before its time",) if result.status == "incomplete" and not result.problems else ()
    lines = (*result.problems, *early)
    return _Case(_HARNESS, "comparison", "error" if lines else None, "problem", lines)


def _of_lane(view: OperationView, lane: str) -> _Case | None:
    """None when the lane did not look at the operation."""
    if lane == "exact":
        if view.exact is None:
            return None
        lines = [exact_text(view.exact), *map(diff_line, short_diff(view.exact)), *why(view.exact)]
        return _case(lane, view.name, [view.exact.verdict], lines)
    judgements = sorted(
        (one for one in view.judgements if one.lane == lane), key=lambda one: wording.VERDICTS.index(one.verdict)
    )
    if not judgements:
        return None
    return _case(lane, view.name, [one.verdict for one in judgements], map(_line, judgements))


def _case(lane: str, name: str, verdicts: list[Verdict], lines: Iterable[str]) -> _Case:
    worst = min(verdicts, key=wording.VERDICTS.index)
    return _Case(lane, name, _OUTCOMES.get(worst), worst, tuple(lines))


def _line(judgement: Judgement) -> str:
    if judgement.effect_ratio is None:
        return (
            f"{wording.METRICS[judgement.metric]}: {judgement.verdict}: {judgement.reason or 'nothing measured'}"
        )
    facts = [
        f"{wording.METRICS[judgement.metric]}: {judgement.verdict} {wording.effect_text(judgement)}",
        f"adjusted p {wording.p_text(judgement.adjusted_p)}",
        wording.pairs_text(judgement),
        wording.values_text(judgement),
        wording.caught_text(judgement) if judgement.verdict in ("same", "inconclusive") else "",
        judgement.reason or "",
    ]
    return ", ".join(fact for fact in facts if fact)


def _suite(name: str, cases: list[_Case], result: ComparisonResult) -> ET.Element:
    started = datetime.fromisoformat(result.started_at).astimezone(UTC)
    suite = ET.Element("testsuite", {"name": name, **_totals(cases), "timestamp": f"{started:%Y-%m-%dT%H:%M:%S}"})
    if name == _HARNESS:
        suite.append(_properties(result))
    for case in cases:
        element = ET.SubElement(suite, "testcase", {"classname": f"rssbench.{name}", "name": one_line(case.name)})
        text = printable("\n".join(case.lines))
        if case.outcome is None:
            if text:
                ET.SubElement(element, "system-out").text = text
        else:
            message = one_line(case.lines[0]) if case.lines else case.type
            ET.SubElement(element, case.outcome, {"message": message, "type": case.type}).text = text
    return suite


def _properties(result: ComparisonResult) -> ET.Element:
    properties = ET.Element("properties")
    for key, value in (
        ("verdict", verdict_line(result)),
        ("baseline", wording.build_text(result.baseline)),
        ("contender", wording.build_text(result.contender)),
        ("command", result.command),
    ):
        ET.SubElement(properties, "property", {"name": key, "value": one_line(value)})
    return properties


def _totals(cases: list[_Case]) -> dict[str, str]:
    outcomes = [case.outcome for case in cases]
    return {
        "tests": str(len(cases)),
        "failures": str(outcomes.count("failure")),
        "errors": str(outcomes.count("error")),
        "skipped": str(outcomes.count("skipped")),
    }
