"""A small change is found when its counter rises in its operation, and named wrongly is all that it does not
concern."""

from __future__ import annotations

import dataclasses

from harness.comparison import CounterChange
from harness.selftest.small_changes import SMALL_CHANGES, is_found, wrongly_named
from tests.reports.synthetic_comparison import comparison, counted

CHANGE = next(one for one in SMALL_CHANGES if one.counter == "statements")
OTHER = "ResourceStatus.select by name"
MORE = (CounterChange("statements", 1, 2), CounterChange("rows_examined", 1, 2))


def test_a_counter_that_rises_is_found() -> None:
    found = counted(CHANGE.operation, verdict="regression", counters=MORE)
    result = comparison(exact=(found, counted(OTHER, verdict="same")))
    assert is_found(CHANGE, result)
    assert wrongly_named(CHANGE, result) == (0, 1)


def test_another_counter_or_another_operation_does_not_count() -> None:
    rows = counted(CHANGE.operation, verdict="regression", counters=MORE[1:])
    elsewhere = counted(OTHER, verdict="regression", counters=MORE)
    fewer = counted(CHANGE.operation, verdict="regression", counters=(CounterChange("statements", 2, 1), MORE[1]))
    for exact in ((rows,), (elsewhere,), (fewer,), ()):
        assert not is_found(CHANGE, comparison(exact=exact))
    assert wrongly_named(CHANGE, comparison(exact=(elsewhere, rows))) == (1, 1)


def test_what_runs_the_changed_code_too_is_not_named_wrongly() -> None:
    concerned = dataclasses.replace(CHANGE, others=(OTHER,))
    elsewhere = counted(OTHER, verdict="regression", counters=MORE)
    assert wrongly_named(concerned, comparison(exact=(elsewhere,))) == (0, 0)
