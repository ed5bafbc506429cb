"""A comparison as a comment on a pull request: the verdict, the offenders, the rest folded away."""

from __future__ import annotations

from collections.abc import Iterable

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
from reports.escaping import markdown_code, markdown_fence, markdown_text
from reports.exact_wording import changed, diff_line, exact_text, short_diff, why
from reports.open_questions import open_lines
from reports.units import plural

#: GitHub refuses a longer comment. GitLab would take a million characters.
COMMENT_LENGTH = 65_536

#: Most characters of all diffs of a section together, so that others find room beside it.
DIFFS_LENGTH = 30_000

#: Kept free to say how much was left out.
_LEFT_OUT_LENGTH = 100

#: Most rows of a table or lines of a list; the report has all.
ROWS = 60

_HEADING = ("operation", "lane", "metric", "verdict", "change", "adjusted p", "pairs", "baseline → contender")


def comparison_markdown(result: ComparisonResult) -> str:
    """Blocks with an empty line between them; a block without content is left out."""
    return "\n\n".join(_sections(result))


def comparison_comment(result: ComparisonResult, artefacts: str | None) -> str:
    """The same as a forge takes it for a comment: with a link to the files of the job, if there is one, without
    the sections that would make it too long; it counts those."""
    verdict, *sections = _sections(result)
    kept, left_out = [verdict, *artefacts_link(artefacts)], 0
    length = sum(map(len, kept)) + _LEFT_OUT_LENGTH
    for section in sections:
        length += len(section) + 2
        if length <= COMMENT_LENGTH:
            kept.append(section)
        else:
            length -= len(section) + 2
            left_out += 1
    if left_out:
        kept.append(f"{plural(left_out, 'section')} did not fit here; the report has all.")
    return "\n\n".join(kept)


def artefacts_link(address: str | None) -> list[str]:
    """A line that leads to the files of a job."""
    return [f"The report and all data are among the [files of this job](<{address}>)."] if address else []


def _sections(result: ComparisonResult) -> list[str]:
    """The verdict line, then whatever can be left out without breaking the rest."""
    views = operation_views(result)
    worse, better = offenders(views), improvements(views)
    sections = [
        [f"**{markdown_text(verdict_line(result))}**"],
        _table(worse),
        _diffs(worse),
        _folded("What got better", [*_table(better), *_diffs(better)]),
        _folded("Changed without a verdict", _diffs(rewritten(views))),
        _folded("Undecided", _undecided(result, views)),
        _folded("All questions, and the control", _questions(result)),
        _list("Problems", result.problems),
        _folded("Absent operations and excluded counters", _left_out(result)),
        _folded("Builds, settings, commands", _builds(result)),
    ]
    return ["\n\n".join(section) for section in sections if section]


def _table(views: list[OperationView]) -> list[str]:
    judgements = [judgement for view in views for judgement in view.answered]
    table = _rows(_HEADING, [_cells(judgement) for judgement in judgements]) if judgements else []
    return [*table, *_list("", [text for view in views for text in wording.where_texts(view)])]


def _cells(judgement: Judgement) -> list[str]:
    operation, _, metric = wording.question_name(judgement).rpartition(", ")
    decided = judgement.verdict not in ("same", "inconclusive")
    effect = wording.effect_text(judgement)
    return [
        operation,
        judgement.lane,
        metric,
        judgement.verdict,
        effect if decided else f"{effect}; {wording.caught_text(judgement)}",
        wording.p_text(judgement.adjusted_p),
        str(judgement.pairs),
        wording.values_text(judgement),
    ]


def _rows(heading: Iterable[str], rows: list[list[str]]) -> list[str]:
    """A table as one block, and how many rows it leaves out."""
    lines = [
        list(heading),
        ["---"] * len(list(heading)),
        *([markdown_text(cell) for cell in row] for row in rows[:ROWS]),
    ]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return [table, *([f"{plural(len(rows) - ROWS, 'more row')} in the report."] if len(rows) > ROWS else [])]


def _diffs(views: list[OperationView]) -> list[str]:
    """The counters of each operation, and its SQL as a diff, until a comment could hold no more."""
    blocks: list[str] = []
    length = 0
    for place, view in enumerate(views):
        if view.exact is None or not (view.exact.counters or view.exact.problem or changed(view.exact)):
            continue
        lines = [f"**{markdown_text(view.name)}**: {markdown_text(exact_text(view.exact))}"]
        if changed(view.exact):
            lines += ["", *markdown_fence([diff_line(line) for line in short_diff(view.exact)], "diff")]
        if reasons := why(view.exact):
            lines += ["", *(f"- {markdown_text(text)}" for text in reasons)]
        block = "\n".join(lines)
        length += len(block)
        if length > DIFFS_LENGTH:
            return [*blocks, f"The SQL of {plural(len(views) - place, 'more operation')} is in the report."]
        blocks.append(block)
    return blocks


def _undecided(result: ComparisonResult, views: list[OperationView]) -> list[str]:
    judgements = undecided(views)
    table = (
        _rows((*_HEADING, "reason"), [[*_cells(one), one.reason or ""] for one in judgements])
        if judgements
        else []
    )
    return [*_list("", open_lines(result)), *table]


def _questions(result: ComparisonResult) -> list[str]:
    rows = wording.question_rows(result)
    table = _rows(("lane", "metric", "verdicts", "same and inconclusive"), rows) if rows else []
    return [*table, f"Control, the baseline against itself: {markdown_text(wording.control_text(result))}."]


def _left_out(result: ComparisonResult) -> list[str]:
    absent = [f"{one.operation}: {one.reason} ({one.build})" for one in result.absent]
    excluded = [f"{one.operation}: {', '.join(one.excluded)}" for one in result.exact if one.excluded]
    return [*_list("Absent", absent), *_list("Excluded, varying between two processes of one build", excluded)]


def _builds(result: ComparisonResult) -> list[str]:
    differences = package_differences(result.baseline, result.contender)
    sides = [
        f"- {side}: {markdown_code(wording.build_text(build))}"
        for side, build in (("baseline", result.baseline), ("contender", result.contender))
    ]
    again = wording.continue_command(result)
    commands = [f"repeat: {markdown_code(result.command)}"]
    commands += [f"continue: {markdown_code(again)}"] if again else []
    return [
        "\n".join(
            [
                *sides,
                *(f"- {command}" for command in commands),
                f"- {markdown_text(wording.settings_text(result))}",
            ]
        ),
        *_list("Packages that differ", [wording.package_text(difference) for difference in differences]),
    ]


def _list(title: str, texts: Iterable[str]) -> list[str]:
    texts = list(texts)
    if not texts:
        return []
    items = [f"- {markdown_text(text)}" for text in texts[:ROWS]]
    if len(texts) > ROWS:
        items.append(f"- {len(texts) - ROWS} more in the report")
    return [*([f"{title}:"] if title else []), "\n".join(items)]


def _folded(title: str, blocks: list[str]) -> list[str]:
    return [f"<details><summary>{title}</summary>", *blocks, "</details>"] if blocks else []
