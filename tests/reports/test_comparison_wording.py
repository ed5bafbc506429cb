from typing import Any, get_args

import msgspec
import pytest

from harness.comparison import CounterChange, TimedMetric
from reports.comparison_views import metric_summaries, package_differences
from reports.comparison_wording import (
    METRICS,
    build_text,
    caught_text,
    continue_command,
    control_text,
    detectable_percent,
    effect_text,
    front_doors_text,
    p_text,
    package_text,
    pairs_text,
    question_caught_text,
    settings_text,
    values_text,
    verdicts_text,
)
from reports.exact_wording import counter_text
from reports.units import MISSING
from tests.reports.synthetic_comparison import build, comparison, counted, judgement, same, slower


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "+2.3 % [+1.6, +3.0]"),
        ({"effect_ratio": 0.5, "interval_ratio": (0.4, 0.6)}, "-50.0 % [-60.0, -40.0]"),
        ({"effect_ratio": 13.0, "interval_ratio": (12.0, 14.5)}, "+1,200.0 % [+1,100.0, +1,350.0]"),
        ({"effect_ratio": 0.9999, "interval_ratio": None}, "+0.0 %"),
        ({"effect_ratio": None}, MISSING),
    ],
)
def test_an_effect_is_a_signed_change_with_its_interval(changes: dict[str, Any], text: str) -> None:
    assert effect_text(slower("a", **changes)) == text


def test_what_would_have_been_caught_has_no_sign_because_a_rate_falls() -> None:
    assert detectable_percent(judgement("a", smallest_detectable_ratio=1.021)) == "2.1"
    assert detectable_percent(judgement("a", "reached_rate", smallest_detectable_ratio=0.97)) == "3.0"
    assert caught_text(judgement("a", smallest_detectable_ratio=1.021)) == (
        "would have caught 2.1 % or more with 95 % power"
    )
    assert (
        caught_text(judgement("a", smallest_detectable_ratio=None))
        == "too few pairs to catch a change of any size"
    )


@pytest.mark.parametrize(
    ("ratios", "text"),
    [
        ((1.02, 1.009), "would have caught 0.9 % to 2.0 % or more with 95 % power"),
        ((1.02, 1.02), "would have caught 2.0 % or more with 95 % power"),
        ((None, None), ""),
    ],
)
def test_over_all_operations_it_is_a_range(ratios: tuple[float | None, ...], text: str) -> None:
    (question,) = metric_summaries(
        tuple(judgement(str(ratio), smallest_detectable_ratio=ratio) for ratio in ratios)
    )
    assert question_caught_text(question) == text


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "< 0.0001"), (0.000412, "0.00041"), (0.05, "0.05"), (1.0, "1"), (None, MISSING)],
)
def test_a_very_small_probability_is_not_told_to_the_last_digit(probability: float | None, text: str) -> None:
    assert p_text(probability) == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "4.71 → 4.72 ms"),
        ({"baseline_value": 0.0000412, "contender_value": 0.0012}, "41.2 → 1,200.0 µs"),
        ({"metric": "reached_rate", "baseline_value": 201.0, "contender_value": 9.5}, "201.0 → 9.50 /s"),
        ({"baseline_value": None}, f"{MISSING} → 4.72 ms"),
        ({"baseline_value": None, "contender_value": None}, ""),
        ({"effect_ratio": None}, ""),
    ],
)
def test_both_sides_share_a_unit(changes: dict[str, Any], text: str) -> None:
    assert values_text(msgspec.structs.replace(judgement("a"), **changes)) == text


def test_every_metric_of_a_judgement_has_words() -> None:
    assert set(METRICS) == set(get_args(TimedMetric))


def test_pairs_of_windows_are_not_called_pairs_of_processes() -> None:
    assert pairs_text(judgement("a", pairs=1)) == "1 pair"
    assert pairs_text(judgement("a", lane="load", pairs=6)) == "6 window pairs"


def test_counters_and_verdicts_are_told_in_words() -> None:
    assert counter_text(CounterChange("rows_examined", 2, 1_202)) == "rows examined 2 → 1,202"
    assert verdicts_text(["same", "regression", "same"]) == "1 regression, 2 same"


def test_the_control_names_the_largest_effect_that_it_saw() -> None:
    control = (
        judgement("a", pairs=12),
        judgement("b", "service_time", effect_ratio=0.98, interval_ratio=(0.96, 1.0)),
    )
    assert control_text(comparison(control=control)) == (
        "nothing found in 2 questions, 40 pairs; largest effect -2.0 % [-4.0, +0.0] (b, service time)"
    )
    assert control_text(comparison(control=())) == "not measured"


def test_what_the_control_finds_is_a_false_alarm() -> None:
    result = msgspec.structs.replace(same(), control=(slower("a"), judgement("b")))
    assert control_text(result) == (
        "1 false alarm in 2 questions, 40 pairs; largest effect +2.3 % [+1.6, +3.0] (a, service CPU); "
        "found: a, service CPU. Do not trust this comparison"
    )


def test_only_what_our_own_command_began_is_continued_by_it() -> None:
    assert continue_command(comparison()) == "rssbench compare --resume 2026-11-25_08-10-00.000000"
    elsewhere = comparison(command="rssbench compare 9.1.21 9.1.22 --results '/my runs' --budget 90s")
    assert continue_command(elsewhere) == (
        "rssbench compare --resume 2026-11-25_08-10-00.000000 --results '/my runs'"
    )
    assert continue_command(comparison(command="bzt taurus.yml -o modules.rss-stack.baseline=9.1.21")) is None


def test_builds_packages_and_settings_are_told_in_one_line_each() -> None:
    assert (
        build_text(build("9.1.22")) == "9.1.22 (DIRAC 9.1.22, Python 3.11.7, dependency set newest on 2026-11-23)"
    )
    assert build_text(None) == "not known: ended before it was installed"
    differences = package_differences(build("1", a="1", c="1"), build("2", a="2", b="1"))
    assert [package_text(one) for one in differences] == ["a 1 → 2", "b 1 added", "c 1 removed"]
    assert settings_text(comparison(exact=(counted("a"),))) == (
        "lanes exact, paired, load; front door https; 26 operations; profile S, seed 1; budget 10 min 0 s, "
        "took 6 min 52 s"
    )


def test_front_doors_that_differ_are_told_apart() -> None:
    one = comparison()
    across = comparison(settings=msgspec.structs.replace(one.settings, front_doors=("https", "dips")))
    assert front_doors_text(across) == "https of the baseline, dips of the contender"
    assert "front door https of the baseline, dips of the contender;" in settings_text(across)
