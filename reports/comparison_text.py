"""A comparison for a terminal: the verdict, what got worse and why, the rest in short."""

from __future__ import annotations

from harness.comparison import ComparisonResult, Judgement
from reports import comparison_wording as wording
from reports.comparison_verdict import verdict_line
from reports.comparison_views import (
    OperationView,
    improvements,
    offenders,
    operation_views,
    package_differences,
    rewritten,
    undecided,
)
from reports.escaping import one_line, shorten
from reports.exact_wording import diff_line, exact_text, short_diff, why
from reports.open_questions import open_lines
from reports.units import plural

#: Most lines of one diff; the report and comparison.json have all.
DIFF_LINES = 40

#: Most undecided questions that a terminal lists.
UNDECIDED = 12

#: Most packages that a terminal lists.
PACKAGES = 12


def comparison_text(result: ComparisonResult) -> str:
    """Several sections, the verdict line first; a section without content is left out."""
    views = operation_views(result)
    sections = [
        ("", [verdict_line(result)]),
        ("WORSE", _operations(offenders(views))),
        ("BETTER", _operations(improvements(views))),
        ("CHANGED WITHOUT A VERDICT", _operations(rewritten(views), timed=False)),
        ("UNDECIDED", _undecided(result, views)),
        ("ALL QUESTIONS", _questions(result)),
        ("CONTROL, the baseline against itself", [wording.control_text(result)]),
        ("PROBLEMS", [line for text in result.problems for line in shorten(text).splitlines()]),
        (
            "ABSENT",
            [f"{one_line(a.operation)}: {one_line(a.reason)} ({one_line(a.build)})" for a in result.absent],
        ),
        (
            "EXCLUDED COUNTERS, which vary between two processes of one build or with the front door",
            _excluded(result),
        ),
        ("BUILDS", _builds(result)),
        ("COMMANDS", _commands(result)),
    ]
    return "\n\n".join(_section(title, lines) for title, lines in sections if lines)


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([title, *(f"  {line}" if line else "" for line in lines)] if title else lines)


def _operations(views: list[OperationView], *, timed: bool = True) -> list[str]:
    """Each operation with what all lanes say of it, the figures of all operations in the same columns."""
    shown = {view.name: view.answered if timed else () for view in views}
    widths = _widths([_cells(judgement) for judgements in shown.values() for judgement in judgements])
    lines: list[str] = []
    for view in views:
        lines += [one_line(view.name), *_exact(view)]
        lines += [f"  {_columns(_cells(judgement), widths)}" for judgement in shown[view.name]]
        lines += [f"    {line}" for line in _remarks(shown[view.name])]
        lines += [f"    {line}" for line in wording.where_texts(view)] if timed else []
    return lines


def _cells(judgement: Judgement) -> list[str]:
    return [
        judgement.lane,
        judgement.verdict,
        wording.METRICS[judgement.metric],
        wording.effect_text(judgement),
        "" if judgement.adjusted_p is None else f"adjusted p {wording.p_text(judgement.adjusted_p)}",
        wording.pairs_text(judgement),
        wording.values_text(judgement),
    ]


def _widths(rows: list[list[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _columns(cells: list[str], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _remarks(judgements: tuple[Judgement, ...]) -> list[str]:
    """What verdicts that decide nothing could have seen, and why they say nothing more; each text once."""
    remarks: dict[str, list[str]] = {}
    for judgement in judgements:
        caught = [wording.caught_text(judgement)] if judgement.verdict in ("same", "inconclusive") else []
        reason = [shorten(one_line(judgement.reason))] if judgement.reason else []
        if caught or reason:
            remarks.setdefault("; ".join([*caught, *reason]), []).append(wording.METRICS[judgement.metric])
    return [f"{', '.join(metrics)}: {text}" for text, metrics in remarks.items()]


def _exact(view: OperationView) -> list[str]:
    if view.exact is None:
        return []
    diff = [diff_line(line) for line in short_diff(view.exact)]
    lines = [f"  exact  {view.exact.verdict}  {exact_text(view.exact)}"]
    lines += [f"    {line}" for line in diff[:DIFF_LINES]]
    if len(diff) > DIFF_LINES:
        lines.append(f"    {plural(len(diff) - DIFF_LINES, 'more line')} in the report")
    return [*lines, *(f"    {text}" for text in why(view.exact))]


def _undecided(result: ComparisonResult, views: list[OperationView]) -> list[str]:
    """All operations together and scenarios first: what they leave open weighs most."""
    lines = open_lines(result)
    everything = sorted(undecided(views), key=lambda one: one.lane == "paired" and one.operation is not None)
    judgements = everything[:UNDECIDED]
    cells = [[one.lane, wording.question_name(one), *_cells(one)[3:]] for one in judgements]
    widths = _widths(cells)
    for judgement, row in zip(judgements, cells, strict=True):
        lines += [_columns(row, widths), *(f"  {line}" for line in _remarks((judgement,)))]
    if len(everything) > UNDECIDED:
        lines.append(f"{plural(len(everything) - UNDECIDED, 'more question')} in the report")
    return lines


def _questions(result: ComparisonResult) -> list[str]:
    """How many operations have which verdict, by lane and metric."""
    rows = wording.question_rows(result)
    widths = _widths(rows)
    return [_columns(row, widths) for row in rows]


def _excluded(result: ComparisonResult) -> list[str]:
    return [
        f"{one_line(one.operation)}: {one_line(', '.join(one.excluded))}" for one in result.exact if one.excluded
    ]


def _builds(result: ComparisonResult) -> list[str]:
    differences = package_differences(result.baseline, result.contender)
    texts = [wording.package_text(difference) for difference in differences[:PACKAGES]]
    if len(differences) > PACKAGES:
        texts.append(f"{len(differences) - PACKAGES} more")
    return [
        f"baseline   {wording.build_text(result.baseline)}",
        f"contender  {wording.build_text(result.contender)}",
        *([f"packages that differ: {', '.join(texts)}"] if texts else []),
        f"settings   {wording.settings_text(result)}",
    ]


def _commands(result: ComparisonResult) -> list[str]:
    again = wording.continue_command(result)
    lines = [f"repeat    {one_line(result.command)}"]
    return lines if again is None else [*lines, f"continue  {one_line(again)}"]
