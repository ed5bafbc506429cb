"""What a comparison leaves open is said with its reason, and with what would settle it."""

from __future__ import annotations

import pytest

from reports.open_questions import open_lines
from tests.reports.synthetic_comparison import KINDS, comparison, judgement, slower

HINT = {"effect_ratio": 1.053, "interval_ratio": (1.012, 1.083), "anytime_interval_ratio": (1.004, 1.084)}


def test_a_lane_that_could_not_answer_is_told_once() -> None:
    assert open_lines(KINDS["inconclusive"]()) == [
        (
            "load: the generator was the bottleneck: its busiest worker used 97 % of a core "
            "(production_mix: latency p50, latency p99, rate reached)"
        ),
        "exact: no answer within 30 s (ResourceStatus.select all columns)",
    ]


@pytest.mark.parametrize(("operation", "subject"), [("a", "a"), (None, "all operations together")])
def test_a_single_question_without_an_answer_is_named(operation: str | None, subject: str) -> None:
    one = judgement(operation, verdict="inconclusive", effect_ratio=None, reason="no time was left")
    assert open_lines(comparison(judgements=(one,))) == [f"paired: no time was left ({subject}: service CPU)"]


def test_a_hint_that_the_time_did_not_suffice_for_says_what_would_tell() -> None:
    name, seen = "ResourceStatus.select by name", "may be worse, +5.3 % [+1.2, +8.3]: a longer --budget would tell"
    one = judgement(name, verdict="inconclusive", adjusted_p=0.4, **HINT)
    all_together = judgement(None, "service_time", adjusted_p=0.9, **HINT)
    under_load = judgement("select_mix", "latency_p50", "inconclusive", lane="load", adjusted_p=1.0, **HINT)
    result = comparison("same", judgements=(judgement("a"), under_load, all_together, one))
    assert open_lines(result) == [
        f"paired: {name}, service CPU {seen}, or --operation '{name}'",
        f"paired: all operations together, service time {seen}",
        f"load: select_mix, latency p50 {seen}",
    ]


def test_hints_say_nothing_where_something_is_worse_for_certain() -> None:
    one = judgement("a", verdict="inconclusive", **HINT)
    assert open_lines(comparison("regression", judgements=(slower("b"), one))) == []


def test_of_many_hints_the_clearest_are_told() -> None:
    many = tuple(
        judgement(name, verdict="inconclusive", adjusted_p=p, **HINT)
        for name, p in zip("abcde", (1.0, 0.2, 0.9, 0.1, 0.3), strict=True)
    )
    told = open_lines(comparison("same", judgements=many))
    assert [line.split()[1] for line in told] == ["d,", "b,", "e,"]
