from typing import Any

import msgspec
import pytest

from harness.comparison import ComparisonResult, CounterChange
from reports.comparison_verdict import verdict_line
from tests.reports.synthetic_comparison import (
    KINDS,
    NAMES,
    comparison,
    counted,
    improvement,
    judgement,
    more_sql,
    regression,
    same,
    slower,
)

SURE = "(family-wise error at most 1 %)"
FEWER = {"verdict": "improvement", "counters": (CounterChange("commits", 2, 1),)}


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (
            regression(),
            (
                "REGRESSION: 2 of 26 operations got slower, most of all ResourceStatus.select full table: "
                "database CPU +31.0 %, "
                "1 does more work (family-wise error at most 1 %)"
            ),
        ),
        (
            improvement(),
            (
                "IMPROVEMENT: 1 of 26 operations got faster, ResourceStatus.select site status full: "
                "service CPU -19.0 %, "
                "none got slower (family-wise error at most 1 %)"
            ),
        ),
        (
            same(),
            (
                "SAME: 26 operations within the margins; would have caught service CPU 2.0 %, database CPU 2.0 %, "
                "service time 2.0 % or more with 95 % power"
            ),
        ),
        (
            comparison("regression", exact=(more_sql("a"), more_sql("b"), counted("c"))),
            "REGRESSION: 2 of 3 operations do more work (counted, not estimated)",
        ),
        (
            comparison("improvement", exact=(counted("a", **FEWER), counted("c"))),
            "IMPROVEMENT: 1 of 2 operations does less work, none got slower (counted, not estimated)",
        ),
        (comparison("same", exact=(counted("a"),)), "SAME: 1 operation, the same work (counted, not estimated)"),
        (
            comparison("regression", judgements=(judgement("a"), slower(None, "reached_rate", lane="load"))),
            "REGRESSION: all operations together got slower: rate reached +2.3 % (family-wise error at most 1 %)",
        ),
        (
            comparison("wrong", judgements=(judgement("a", verdict="wrong"), slower("b"), judgement("c"))),
            (
                "WRONG: 1 of 3 operations answered wrongly by the contender, 1 of 3 operations got slower, "
                "b: service CPU +2.3 % (family-wise error at most 1 %)"
            ),
        ),
        (
            comparison(
                "regression",
                judgements=(
                    slower(None, effect_ratio=1.013),
                    judgement("a", located=True, effect_ratio=1.09, baseline_value=0.004, contender_value=0.00436),
                    judgement(
                        "b", located=True, effect_ratio=1.131, baseline_value=0.004, contender_value=0.00452
                    ),
                    judgement("c", effect_ratio=1.4, contender_value=0.0056),
                ),
            ),
            (
                "REGRESSION: all operations together got slower: service CPU +1.3 %, above all in b (+13.1 %) "
                "(family-wise error at most 1 %)"
            ),
        ),
        (
            comparison("regression", judgements=(judgement("a"), slower("burst", "latency_p99", lane="load"))),
            "REGRESSION: scenario burst got slower: latency p99 +2.3 % (family-wise error at most 1 %)",
        ),
        (
            comparison(
                "same",
                judgements=(judgement("a"), judgement(None, smallest_detectable_ratio=1.004), judgement("b")),
            ),
            (
                "SAME: 2 operations within the margins; would have caught service CPU 0.4 % (in any one operation "
                "1.2 %) or more with 95 % power"
            ),
        ),
        (
            comparison("same", judgements=(judgement("a"), judgement("b", verdict="inconclusive"))),
            (
                "SAME: 1 of 2 operations within the margins, 1 less sure but not worse beyond the limits; would "
                "have caught service CPU 1.2 % or more with 95 % power"
            ),
        ),
        (
            comparison("inconclusive", judgements=(judgement("a"),), control=(slower("a"),)),
            (
                "INCONCLUSIVE: the baseline differs from itself; would have caught service CPU 1.2 % or more "
                "with 95 % power"
            ),
        ),
        (comparison("inconclusive"), "INCONCLUSIVE: nothing was compared"),
        (
            comparison("inconclusive", judgements=(judgement(None, "reached_rate", "inconclusive", lane="load"),)),
            (
                "INCONCLUSIVE: all operations together undecided; would have caught rate reached 1.2 % or more "
                "with 95 % power"
            ),
        ),
    ],
)
def test_the_line_says_how_many_decide_the_verdict_and_how_sure_it_is(result: ComparisonResult, line: str) -> None:
    assert verdict_line(result) == line


@pytest.mark.parametrize("problems", [(), ("the disk is full\nat /x",), ("the disk is full", "another")])
def test_what_ended_early_says_so_and_why(problems: tuple[str, ...]) -> None:
    line = verdict_line(comparison("inconclusive", status="incomplete", problems=problems))
    more = {0: "", 1: "; the disk is full", 2: "; the disk is full (and 1 more problem)"}[len(problems)]
    assert line == f"INCONCLUSIVE: nothing was compared; incomplete, ended before its time{more}"


@pytest.mark.parametrize("changes", [{"problems": ("word " * 200,)}, {"problems": ("\x1b[2J\r\nx",)}])
def test_it_is_one_short_printable_line_whatever_the_problem(changes: dict[str, Any]) -> None:
    line = verdict_line(comparison("inconclusive", **changes))
    assert line.isprintable()
    assert len(line) < 300


@pytest.mark.parametrize("kind", KINDS)
def test_it_begins_with_the_verdict(kind: str) -> None:
    result = KINDS[kind]()
    assert verdict_line(result).startswith(f"{result.verdict.upper()}: ")


def test_what_a_calm_comparison_would_have_caught_is_that_of_its_least_sure_operation() -> None:
    result = comparison(
        "same",
        judgements=(
            judgement(NAMES[0], smallest_detectable_ratio=1.013),
            judgement(NAMES[1], smallest_detectable_ratio=1.034),
            judgement(NAMES[0], "latency_p99", lane="load", smallest_detectable_ratio=1.4),
        ),
    )
    assert verdict_line(result).endswith("would have caught service CPU 3.4 % or more with 95 % power")


def test_a_comparison_across_front_doors_says_so_in_its_verdict() -> None:
    settings = msgspec.structs.replace(comparison().settings, front_doors=("https", "dips"))
    line = verdict_line(comparison("same", exact=(counted("a"),), settings=settings))
    assert line == (
        "SAME: 1 operation, the same work (counted, not estimated); "
        "the front doors differ: https of the baseline, dips of the contender"
    )


def test_a_comparison_across_runtimes_says_so_in_its_verdict() -> None:
    settings = msgspec.structs.replace(comparison().settings, runtimes=("processes", "containers"))
    line = verdict_line(comparison("same", exact=(counted("a"),), settings=settings))
    assert line == (
        "SAME: 1 operation, the same work (counted, not estimated); "
        "the runtimes differ: processes of the baseline, containers of the contender"
    )
