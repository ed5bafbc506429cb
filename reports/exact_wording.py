"""The words of the lane exact: counters, the SQL as a diff, and what explains them."""

from __future__ import annotations

from harness.compare.exact_text import explanations, short_changes
from harness.compare.statement_diff import LEFT_OUT
from harness.comparison import CounterChange, ExactComparison, StatementChange
from reports.escaping import one_line, shorten
from reports.units import count, plural

#: Sign of a line in a diff.
SIGNS = {"added": "+", "removed": "-", "kept": " "}


def counter_text(change: CounterChange) -> str:
    return f"{change.counter.replace('_', ' ')} {count(change.baseline)} → {count(change.contender)}"


def exact_text(exact: ExactComparison) -> str:
    """How the counters differ, or why they were not compared."""
    facts = [counter_text(change) for change in exact.counters]
    if exact.problem is not None:
        facts.append(shorten(one_line(exact.problem)))
    return ", ".join(facts) or "all counters are the same"


def changed(exact: ExactComparison) -> bool:
    """Whether there is a diff to show."""
    return any(line.change != "kept" for line in exact.statements)


def short_diff(exact: ExactComparison) -> list[StatementChange]:
    """The diff in short forms, each on one line; empty when nothing changed."""
    return list(short_changes(exact.statements)) if changed(exact) else []


def diff_line(line: StatementChange) -> str:
    """``+2 SELECT ...``: the sign, how many times, the statement on one line."""
    if line.text == LEFT_OUT:
        return f"   {LEFT_OUT} {plural(line.times, 'statement')} left out"
    return f"{SIGNS[line.change]}{line.times} {shorten(one_line(line.text))}"


def why(exact: ExactComparison) -> list[str]:
    """Which statements and calls made the counters what they are."""
    return [shorten(one_line(text)) for text in explanations(exact)]
