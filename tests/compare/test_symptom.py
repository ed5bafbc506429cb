"""What a comparison found becomes something that one build after the other can be asked about."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from harness.bisection import Symptom
from harness.compare.exact_lane import compare_exact
from harness.compare.symptom import has_symptom, symptoms_of
from harness.comparison import CounterChange
from harness.counted import COUNTERS, Statement, count_of
from tests.compare.counts import SELECT, counts
from tests.reports.synthetic_comparison import NAMES, calm, comparison, counted, judgement, slower


def test_nothing_worse_is_no_symptom() -> None:
    assert symptoms_of(comparison("same", judgements=calm(), exact=tuple(map(counted, NAMES)))) == ()


def test_counters_come_before_what_was_measured_and_bytes_last() -> None:
    changes = {
        NAMES[0]: (CounterChange("response_bytes", 1_000, 2_000),),
        NAMES[1]: (CounterChange("statements", 4, 5),),
        NAMES[2]: (CounterChange("statements", 4, 40), CounterChange("rows_examined", 10, 9)),
    }
    result = comparison(
        "regression",
        exact=tuple(counted(name, verdict="regression", counters=change) for name, change in changes.items()),
        judgements=(slower(NAMES[3]),),
    )
    assert [(one.metric, one.operation) for one in symptoms_of(result)] == [
        ("statements", NAMES[2]),
        ("statements", NAMES[1]),
        ("service_cpu", NAMES[3]),
        ("response_bytes", NAMES[0]),
    ]
    assert symptoms_of(result)[0] == Symptom("exact", "statements", NAMES[2], 4.0, 40.0)
    assert [one.operation for one in symptoms_of(result, "response_bytes")] == [NAMES[0]]


def test_what_exceeds_its_margin_most_is_found_with_the_fewest_pairs() -> None:
    result = comparison(
        "regression",
        judgements=(
            slower(NAMES[0], "service_time", effect_ratio=1.08),
            slower(NAMES[1], effect_ratio=1.05),
            slower(NAMES[2], "database_cpu", effect_ratio=1.15),
            judgement(NAMES[3]),
        ),
    )
    assert [one.operation for one in symptoms_of(result)] == [NAMES[1], NAMES[0], NAMES[2]]
    assert symptoms_of(result, "database_cpu")[0].effect_ratio == 1.15


def test_a_control_that_found_something_leaves_only_counters() -> None:
    result = comparison(
        "inconclusive",
        control=(slower(NAMES[0]),),
        judgements=(slower(NAMES[1]),),
        exact=(counted(NAMES[2], verdict="regression", counters=(CounterChange("commits", 1, 2),)),),
    )
    assert [one.metric for one in symptoms_of(result)] == ["commits"]


@pytest.mark.parametrize("counter", COUNTERS)
def test_every_counter_is_read_from_what_was_counted(counter: str) -> None:
    changes: dict[str, Any] = {
        "statements": {"statements": tuple(Statement(SELECT, 1, 0, 0) for _ in range(7))},
        "rows_sent": {"statements": (Statement(SELECT, 9, 3, 0), Statement(SELECT, 9, 4, 0))},
        "nested_calls": {"nested_calls": ("ResourceStatus.select",) * 7},
    }
    counted_seven = counts(SELECT, **changes.get(counter, {counter: 7}))
    assert count_of(counted_seven, counter) == 7  # type: ignore[arg-type]


def test_a_build_has_the_symptom_when_its_counter_rose() -> None:
    (more,) = compare_exact([counts(SELECT)], [counts(SELECT, SELECT)])
    assert has_symptom(more, "statements") is True
    assert has_symptom(more, "commits") is False
    (fewer,) = compare_exact([counts(SELECT, SELECT)], [counts(SELECT)])
    assert has_symptom(fewer, "statements") is False


def test_a_counter_that_varies_or_was_not_counted_says_nothing() -> None:
    (varies,) = compare_exact([counts(SELECT)], [replace(counts(SELECT, SELECT), varying=("statements",))])
    assert has_symptom(varies, "statements") is None
    (failed,) = compare_exact([counts(SELECT)], [counts(problem="no answer")])
    assert has_symptom(failed, "statements") is None
    (hidden,) = compare_exact([counts(SELECT)], [counts(SELECT, nested_calls=None)])
    assert has_symptom(hidden, "nested_calls") is None
