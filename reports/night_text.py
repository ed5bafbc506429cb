"""A night in words: its verdict line, for a terminal, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from harness.comparison import ComparisonResult
from harness.night import Night, NightBuild, NightComparison
from reports.comparison_markdown import comparison_markdown
from reports.comparison_verdict import REASON_LENGTH
from reports.escaping import markdown_text, one_line, shorten
from reports.plain_tables import plain_table

_HEADINGS = ("compared with", "build", "verdict", "what was found", "run")

#: How a commit is shown.
_SHORT = 10


def night_line(night: Night) -> str:
    """One line: the verdict, tonight's build, what decided, and what was not compared."""
    facts = [_deciding_fact(night)]
    facts += [f"{_side(one)}: {one.outcome}" for one in night.comparisons if one is not _deciding(night)]
    if night.problem:
        reason = one_line(night.problem.split("\n", 1)[0])
        facts.append(reason if len(reason) <= REASON_LENGTH else reason[: REASON_LENGTH - 1] + "…")
    facts += [one_line(remark.split("\n", 1)[0]) for remark in night.remarks]
    return f"{night.verdict.upper()}: {'; '.join(facts)}"


def build_words(build: NightBuild | None) -> str:
    """``9.1.22``, ``9.1.22+5.gabc``; with the commit where the version does not have it."""
    if build is None:
        return "unknown"
    named = build.commit is None or build.commit.startswith(
        build.dirac_version.rpartition("+")[2].rpartition("g")[2]
    )
    return one_line(
        build.dirac_version if named else f"{build.dirac_version} (commit {str(build.commit)[:_SHORT]})"
    )


def night_text(night: Night, results: Sequence[ComparisonResult]) -> str:  # noqa: ARG001 - as the others
    return "\n\n".join([night_line(night), *_table(night, markdown=False), *_problem(night)])


def night_markdown(night: Night, results: Sequence[ComparisonResult]) -> str:
    """The verdict line, a table, and each comparison folded away as a pull request shows it."""
    folds = [
        f"<details><summary>Compared with {_side(one)}</summary>\n\n{comparison_markdown(result)}\n\n</details>"
        for one, result in zip(night.comparisons, results, strict=True)
    ]
    problem = [f"Problem: {markdown_text(text)}" for text in _problem(night)]
    return "\n\n".join(
        [f"**{markdown_text(night_line(night))}**", *_table(night, markdown=True), *problem, *folds]
    )


def night_json(night: Night, results: Sequence[ComparisonResult]) -> str:  # noqa: ARG001 - as the others
    """The comparisons stand in the ``comparison.json`` of their runs."""
    return msgspec.json.format(msgspec.json.encode(night), indent=2).decode()


#: ``results``: those of the comparisons of the night, in their order.
NIGHT_FORMATS: dict[str, Callable[[Night, Sequence[ComparisonResult]], str]] = {
    "text": night_text,
    "markdown": night_markdown,
    "json": night_json,
}


def _deciding(night: Night) -> NightComparison | None:
    return next((one for one in night.comparisons if one.outcome == night.verdict), None)


def _deciding_fact(night: Night) -> str:
    build = f"DIRAC {build_words(night.build)}" if night.build else "tonight's build is not known"
    deciding = _deciding(night)
    if deciding is None:
        return build if night.build is None or night.problem else f"{build} was not measured"
    return f"{build} against {_side(deciding)}: {one_line(deciding.line.partition(': ')[2])}"


def _side(one: NightComparison) -> str:
    """In words, with the build: ``the reference 9.1.22``."""
    role = "the reference" if one.against == "reference" else "last night's"
    return f"{role} {build_words(one.baseline)}"


def _table(night: Night, *, markdown: bool) -> list[str]:
    rows = [
        (one.against, build_words(one.baseline), one.outcome, one_line(one.line), one.run_id)
        for one in night.comparisons
    ]
    return [plain_table(_HEADINGS, rows, markdown=markdown, texts=len(_HEADINGS))] if rows else []


def _problem(night: Night) -> list[str]:
    return [shorten(night.problem)] if night.problem else []
