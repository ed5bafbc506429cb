"""The exact lane in short words: statements that fit a terminal, and what stands behind a counter (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from harness.compare.statement_diff import aligned
from harness.comparison import ExactComparison, StatementChange
from harness.counted import ExactOperation

#: Characters of a statement's short form.
SHORT_LENGTH = 100

#: Why a counter of rows can change while the text of a statement does not.
_ROWS = {
    "rows_examined": "the database chose another way (an index) or was given other values",
    "rows_sent": "the database was given other values",
}

_ALIAS = re.compile(r" AS `\w+`")
_QUALIFIER = re.compile(r"`(\w+)`\.(?=`)")
#: Columns by name alone, up to the table.
_COLUMN_LIST = re.compile(r"^SELECT [\w., ]+ FROM (?!\()")
_INSERT = re.compile(r"^INSERT INTO (\w+).*", re.DOTALL)
_DELETE = re.compile(r"^DELETE FROM ")


def short_statement(text: str) -> str:
    """``SELECT ResourceStatus WHERE Name = ?``: no columns that are only read, no quotes, at most SHORT_LENGTH."""
    short = _COLUMN_LIST.sub("SELECT ", _plain(text))
    short = _DELETE.sub("DELETE ", _INSERT.sub(r"INSERT \1", short))
    return short if len(short) <= SHORT_LENGTH else f"{short[: SHORT_LENGTH - 1]}…"


def short_changes(changes: Sequence[StatementChange]) -> tuple[StatementChange, ...]:
    """The same diff in short forms; a statement whose short form also is that of another one keeps its columns."""
    texts = {change.text for change in changes}
    for shorten in (short_statement, _plain):
        forms = [shorten(text) for text in texts]
        unique = {text for text, form in zip(texts, forms, strict=True) if forms.count(form) == 1}
        changes = [replace(one, text=shorten(one.text)) if one.text in unique else one for one in changes]
        texts -= unique
    return tuple(changes)


def explanations(comparison: ExactComparison) -> tuple[str, ...]:
    """Which statements and calls made the counters what they are, one line each.

    Empty when one side was not counted. What varies by itself explains nothing.
    """
    baseline, contender = comparison.baseline, comparison.contender
    if baseline is None or contender is None or contender.problem is not None:
        return ()
    excluded = {*comparison.excluded}
    rows = [
        line
        for counter, why in _ROWS.items()
        if excluded.isdisjoint({"statements", counter})
        for line in _rows(baseline, contender, counter, why)
    ]
    calls = () if "nested_calls" in excluded else _calls(baseline, contender)
    return (*rows, *calls)


def _rows(baseline: ExactOperation, contender: ExactOperation, counter: str, why: str) -> Iterator[str]:
    """Statements with the same text that did not read, or answer, the same number of rows."""
    texts = [[statement.text for statement in side.statements] for side in (baseline, contender)]
    for one, other in aligned(*texts):
        if one is None or other is None:
            continue
        before, after = (
            getattr(side.statements[place], counter) for side, place in ((baseline, one), (contender, other))
        )
        if before != after:
            by = short_statement(texts[0][one])
            yield f"{counter.replace('_', ' ')} {before} -> {after} by {by}: the text is the same, so {why}"


def _calls(baseline: ExactOperation, contender: ExactOperation) -> tuple[str, ...]:
    one, other = baseline.nested_calls, contender.nested_calls
    if one is None and other is None:
        return ()
    if one is None or other is None:
        return ("nested calls were not compared: the log of one side does not show them",)
    lines = []
    for removed, added in aligned(one, other):
        if added is None and removed is not None:
            lines.append(f"-1 call {one[removed]}")
        if removed is None and added is not None:
            lines.append(f"+1 call {other[added]}")
    return tuple(lines)


def _plain(text: str) -> str:
    """Without aliases, quotes, and the table's name before each column when there is one table only."""
    text = _ALIAS.sub("", text)
    if len(set(_QUALIFIER.findall(text))) == 1:
        text = _QUALIFIER.sub("", text)
    text = text.replace("`", "")
    for spaced, tight in ((" ,", ","), ("( ", "("), (" )", ")")):
        text = text.replace(spaced, tight)
    return text
