"""A run in short: the verdict line, and the table for a terminal or, as Markdown, for a pull request."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from harness.model import RunResult, TrialResult
from harness.stats.quantiles import CONFIDENCE_RATIO
from reports.escaping import markdown_text
from reports.frames import operation_frame
from reports.units import MISSING, TimeUnit, count, plural, rate, time_unit
from reports.wording import clocks_text, load_reached, reasons

#: What a terminal shows without breaking lines.
WIDTH = 120

#: Most characters of the reason in the verdict line; the page has the whole text.
REASON_LENGTH = 160

#: Column of the frame to its heading.
_TIMES = {
    "latency_p50_s": ("latency", "p50"),
    "latency_p95_s": ("latency", "p95"),
    "latency_p99_s": ("latency", "p99"),
    "service_time_p50_s": ("service", "p50"),
}


def verdict_line(run: RunResult) -> str:
    """One line: the status, why when it is not passed, and what was done."""
    facts = [plural(len({trial.scenario for trial in run.trials}), "scenario"), *_request_facts(run.trials)]
    if complete := sum(one.status == "complete" for one in run.sections):
        facts.append(f"{complete} of {plural(len(run.sections), 'section')} measured")
    if run.status != "passed":
        why = reasons(run)
        reason = _one_line(why[0]) if why else "no reason was recorded"
        more = f" (and {plural(len(why) - 1, 'more problem')})" if len(why) > 1 else ""
        return f"{run.status.upper()}: {reason}{more}; {', '.join(facts)}"
    return f"PASSED: {', '.join(facts)}"


def text_table(run: RunResult) -> str:
    """One row per operation below its scenario, at most WIDTH characters wide."""
    frame = operation_frame(run)
    if frame.empty:
        return "No operation was measured."
    headings, rows = _columns(frame)
    upper, lower = (list(line) for line in zip(*headings, strict=True))
    rows = [[f"  {name}", *numbers] for name, *numbers in rows]
    widths = [max(len(line[column]) for line in [upper, lower, *rows]) for column in range(len(headings))]
    widths[0] -= max(sum(widths) + 2 * (len(widths) - 1) - WIDTH, 0)
    lines = [_text_line(upper, widths), _text_line(lower, widths), "  ".join("-" * width for width in widths)]
    trial = None
    for record, row in zip(frame.to_dict("records"), rows, strict=True):
        if record["trial"] != trial:
            trial = record["trial"]
            lines.append(_trial_title(run, trial))
        lines.append(_text_line(row, widths))
    return "\n".join([*lines, *_footnotes(run, frame)])


def markdown_table(run: RunResult) -> str:
    """The same rows as a Markdown table, with the scenario as first column."""
    frame = operation_frame(run)
    if frame.empty:
        return "No operation was measured."
    headings, rows = _columns(frame)
    heading = ["scenario", *(" ".join(parts).strip() for parts in headings)]
    rows = [[_trial_title(run, trial), *row] for trial, row in zip(frame["trial"], rows, strict=True)]
    rule = ["---", "---", *["---:"] * (len(heading) - 2)]
    lines = ["| " + " | ".join(markdown_text(cell) for cell in row) + " |" for row in [heading, rule, *rows]]
    return "\n".join([*lines, *(f"\n{note}" for note in _footnotes(run, frame))])


def samples_needed(percentile: float) -> int:
    """The fewest independent requests that support a percentile's 95 % interval: the smallest n with
    ``1 - percentile**n >= 0.975``, so that an order statistic above the percentile exists."""
    return math.ceil(math.log((1 - CONFIDENCE_RATIO) / 2) / math.log(percentile))


def _columns(frame: pd.DataFrame) -> tuple[list[tuple[str, str]], list[list[str]]]:
    """Headings of two lines, and the rows below them; the operation comes first."""
    unit = time_unit(frame[list(_TIMES)].to_numpy().ravel())
    headings = [("", "operation"), ("", "requests"), ("asked", "/s"), ("reached", "/s")]
    headings += [(time, f"{percentile} {unit.symbol}") for time, percentile in _TIMES.values()] + [("", "errors")]
    return headings, [_row(record, unit) for record in frame.to_dict("records")]


def _trial_title(run: RunResult, name: str) -> str:
    """The scenario; the name of the trial when there are several of that scenario."""
    scenarios = {trial.name: trial.scenario for trial in run.trials}
    return scenarios[name] if list(scenarios.values()).count(scenarios[name]) == 1 else name


def _row(record: Mapping[Hashable, Any], unit: TimeUnit) -> list[str]:
    return [
        str(record["operation"]),
        count(record["requests"]),
        rate(record["offered_rate_per_s"]),
        rate(record["reached_rate_per_s"]),
        *(unit.number(record[column]) for column in _TIMES),
        count(record["errors"]),
    ]


def _text_line(cells: list[str], widths: list[int]) -> str:
    name, *numbers = (_fit(cell, width) for cell, width in zip(cells, widths, strict=True))
    aligned = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True)]
    return "  ".join([name.ljust(widths[0]), *aligned]).rstrip()


def _fit(text: str, width: int) -> str:
    """Shortened in the middle: the service and the shape of the call both tell operations apart."""
    if len(text) <= width:
        return text
    head = (width - 1) // 2
    return text[:head] + "…" + text[len(text) - (width - 1 - head) :]


def _footnotes(run: RunResult, frame: pd.DataFrame) -> list[str]:
    notes = ["latency: from the instant a request was due until its last byte; service: from when it was sent."]
    clocks = {trial.name: clocks_text(trial.remote_workers) for trial in run.trials}
    notes += [f"{name}: {text}." for name, text in clocks.items() if text]
    if frame[list(_TIMES)].isna().to_numpy().any():
        needed = ", ".join(f"p{round(p * 100)} {samples_needed(p)}" for p in (0.5, 0.95, 0.99))
        notes.append(f"{MISSING} too few requests (independent ones needed: {needed}) or too many errors.")
    if frame["offered_rate_per_s"].isna().any():
        notes.append(f"{MISSING} asked/s: users work back to back, no rate is asked for.")
    return notes


def _request_facts(trials: tuple[TrialResult, ...]) -> list[str]:
    if not trials:
        return ["nothing measured"]
    requests, ok = sum(trial.requests for trial in trials), sum(trial.ok for trial in trials)
    facts = [plural(requests, "request"), plural(requests - ok, "error")]
    audits = [trial.audit for trial in trials if trial.audit is not None]
    if audits:
        acknowledged = sum(audit.acknowledged for audit in audits)
        found, overwritten = sum(audit.found for audit in audits), sum(audit.overwritten for audit in audits)
        lost = sum(audit.lost for audit in audits)
        writes = f"{count(found)} of {count(acknowledged)} acknowledged writes found"
        writes += f" ({count(overwritten)} overwritten by later ones)" if overwritten else ""
        facts.append(writes + (f", {count(lost)} lost" if lost else ""))
    short = [trial for trial in trials if load_reached(trial) is False]
    if short:
        facts.append("load not reached in " + ", ".join(dict.fromkeys(trial.scenario for trial in short)))
    elif any(load_reached(trial) for trial in trials):
        facts.append("load reached")
    return facts


def _one_line(text: str) -> str:
    line = " ".join(text.split("\n", 1)[0].split())
    return line if len(line) <= REASON_LENGTH else line[: REASON_LENGTH - 1] + "…"
