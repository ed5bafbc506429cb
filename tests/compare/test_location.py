"""Where a change of all operations together is, once that is certain."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.compare.location import locate
from harness.compare.verdict import Series, judge
from harness.comparison import Judgement, Question, TimedLane, Verdict
from harness.stats.paired import signed_rank_interval
from tests.reports.synthetic_comparison import judgement

PAIRS = 12
STEADY = [math.log(1.09) + 0.001 * place for place in range(PAIRS)]
NOTHING = [0.002 * (-1) ** place for place in range(PAIRS)]
SMALL = [math.log(1.005) + 0.0001 * place for place in range(PAIRS)]


def named(
    log_ratios: dict[str, list[float]],
    together: Verdict = "regression",
    metric: str = "service_cpu",
    lane: TimedLane = "paired",
) -> list[str | None]:
    judgements = [judgement(None, metric, verdict=together, lane=lane)]
    judgements += [judgement(name, "service_cpu", verdict="inconclusive", lane=lane) for name in log_ratios]
    found = locate(judgements, [STEADY, *log_ratios.values()])
    assert [replaced_back(one) for one in found] == judgements
    return [one.operation for one in found if one.located]


def replaced_back(one: Judgement) -> Judgement:
    return judgement(one.operation, one.metric, verdict=one.verdict, lane=one.lane)


def test_an_operation_whose_pairs_all_say_so_is_named_and_no_other() -> None:
    assert named({"slow": STEADY, "noisy": NOTHING, "within the margin": SMALL, "without pairs": []}) == ["slow"]


def test_nothing_is_named_before_all_together_have_changed() -> None:
    assert named({"slow": STEADY}, together="inconclusive") == []
    assert named({"slow": STEADY}, together="same") == []


def test_what_changed_the_other_way_is_not_where_it_is() -> None:
    faster = [-value for value in STEADY]
    assert named({"slow": STEADY, "fast": faster}) == ["slow"]
    assert named({"slow": STEADY, "fast": faster}, together="improvement") == ["fast"]


def test_rare_work_of_all_together_is_looked_for_in_typical_requests_of_each() -> None:
    assert named({"slow": STEADY}, metric="service_cpu_total") == ["slow"]
    assert named({"slow": STEADY}, metric="database_cpu") == []


def test_a_scenario_of_load_is_no_place() -> None:
    assert named({"slow": STEADY}, lane="load") == []


def test_the_more_operations_are_asked_the_more_pairs_each_needs() -> None:
    """12 pairs that agree have p = 2/2^12, and 200 operations share 5 %."""
    many = {f"quiet {place}": NOTHING for place in range(199)}
    assert named({"slow": STEADY} | many) == []
    assert named({"slow": STEADY} | dict(list(many.items())[:90])) == ["slow"]


def test_a_comparison_that_finds_all_slower_says_where() -> None:
    generator = np.random.default_rng(3)

    def pairs(effect: float, deviation: float) -> Series:
        contender = np.exp(effect + generator.normal(0.0, deviation, 14))
        return Series((1.0,) * 14, tuple(contender.tolist()))

    questions = {Question("paired", "service_cpu", f"quiet {place}"): pairs(0.0, 0.03) for place in range(25)}
    slow = Question("paired", "service_cpu", "slow")
    together = Question("paired", "service_cpu", None)
    found = judge({together: pairs(0.03, 0.005), slow: pairs(0.2, 0.03)} | questions)
    assert [one.operation for one in found if one.located] == ["slow"]
    assert found[0].verdict == "regression"


@pytest.mark.parametrize(("confidence_ratio", "least_pairs"), [(0.95, 6), (0.99, 8), (0.998, 10)])
def test_an_interval_needs_pairs_for_its_confidence(confidence_ratio: float, least_pairs: int) -> None:
    assert signed_rank_interval(STEADY[: least_pairs - 1], confidence_ratio) is None
    assert signed_rank_interval(STEADY[:least_pairs], confidence_ratio) is not None
