import msgspec
import pytest

from harness.measure.generator_health import rate_problem
from harness.measure.window import Window
from harness.model import Audit, Percentiles
from harness.stats.quantiles import order_statistic_ranks
from reports.tables import WIDTH, markdown_table, samples_needed, text_table, verdict_line
from tests.golden_files import same_as_golden
from tests.reports.synthetic_run import START_NS, around, make_samples, operation_result, run_result, trial_result

READ = operation_result("ResourceStatus.select by name")
WRITE = operation_result(
    "ResourceManagement.addOrModify new policy result",
    kind="write",
    requests=300,
    ok=300,
    errors=(),
    offered_rate_per_s=15.0,
    reached_rate_per_s=15.0,
    latency=Percentiles(around(0.0123), around(0.0451), None),
)
CLOSED = operation_result(
    "Publisher.getElementHistory",
    offered_rate_per_s=None,
    requests=4,
    ok=4,
    latency=Percentiles(),
    service_time=Percentiles(),
)
RUN = run_result(
    trial_result("1-production_mix", READ, WRITE),
    trial_result("2-burst", CLOSED, offered_rate_per_s=None),
)


def test_the_text_table_is_the_golden_one() -> None:
    assert same_as_golden("run_table.txt", text_table(RUN))


def test_the_markdown_table_is_the_golden_one() -> None:
    assert same_as_golden("run_table.md", markdown_table(RUN))


def test_the_text_table_fits_a_terminal_whatever_the_names_and_numbers() -> None:
    huge = operation_result(
        "Service." + "very long operation name " * 8,
        requests=123_456_789,
        latency=Percentiles(around(0.000_2), around(31.5), around(3_600.0)),
    )
    lines = text_table(run_result(trial_result("1-mix", huge, READ))).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert any("Service.very" in line and "…" in line for line in lines)


def test_numbers_are_aligned_on_the_right() -> None:
    lines = text_table(
        run_result(trial_result("1-mix", READ, operation_result("Publisher.x", ok=1_000)))
    ).splitlines()
    first, second = (line for line in lines if line.startswith(("  R", "  P")))
    assert len(first) == len(second)
    assert [first[-1], second[-1]] == ["4", "0"]


def test_a_percentile_that_the_sample_cannot_support_is_a_dash_with_a_footnote() -> None:
    table = text_table(RUN)
    assert "needed: p50 6, p95 72, p99 368" in table
    assert "needed" not in text_table(run_result(trial_result("1-mix", READ)))


@pytest.mark.parametrize("percentile", [0.5, 0.95, 0.99])
def test_the_sample_size_in_the_footnote_is_the_smallest_that_supports_an_interval(percentile: float) -> None:
    needed = samples_needed(percentile)
    assert order_statistic_ranks(needed, percentile) is not None
    assert order_statistic_ranks(needed - 1, percentile) is None


def test_two_trials_of_one_scenario_are_told_apart_by_their_names() -> None:
    table = text_table(run_result(trial_result("1-mix", READ), trial_result("2-mix", READ)))
    assert "\n1-mix\n" in table
    assert "\n2-mix\n" in table


def test_a_run_without_trials_says_so_in_place_of_a_table() -> None:
    assert text_table(run_result()) == markdown_table(run_result()) == "No operation was measured."


def test_markdown_cannot_be_broken_by_a_name() -> None:
    row = markdown_table(run_result(trial_result("1-mix", operation_result("a | b <script>")))).splitlines()[2]
    assert row.startswith("| mix | a \\| b &lt;script> | 1,000 |")


def test_a_passed_run_says_what_was_done() -> None:
    run = run_result(trial_result("1-insert_mix", WRITE), trial_result("2-update_mix", WRITE))
    assert verdict_line(run) == (
        "PASSED: 2 scenarios, 600 requests, 0 errors, "
        "600 of 624 acknowledged writes found (24 overwritten by later ones), load reached"
    )


def test_a_failed_run_begins_with_its_first_reason() -> None:
    healthy = trial_result("1-insert_mix", WRITE, problems=("42 requests outside the measured window failed",))
    failed = trial_result(
        "2-mix",
        READ,
        status="failed",
        problems=("errors <= 0%: 0.4%", "2 of 312 acknowledged writes are not in the database"),
        audit=Audit(acknowledged=312, found=310, overwritten=0, lost=2),
    )
    assert verdict_line(run_result(healthy, failed, status="failed")) == (
        "FAILED: 2-mix: errors <= 0%: 0.4% (and 1 more problem); 2 scenarios, 1,300 requests, 4 errors, "
        "610 of 624 acknowledged writes found (12 overwritten by later ones), 2 lost, load reached"
    )


def test_an_incomplete_run_without_trials_says_why() -> None:
    run = run_result(status="incomplete", problems=("the stack was not ready within 60 s:\nlast lines\nof a log",))
    assert verdict_line(run) == "INCOMPLETE: the stack was not ready within 60 s:; 0 scenarios, nothing measured"


def test_the_verdict_is_one_short_line_whatever_the_problem() -> None:
    line = verdict_line(run_result(status="failed", problems=("word " * 200 + "\nmore",)))
    assert "\n" not in line
    assert len(line) < 240


def test_a_closed_loop_neither_reaches_nor_misses_a_load() -> None:
    assert "load" not in verdict_line(run_result(trial_result("1-burst", CLOSED, offered_rate_per_s=None)))


def test_a_rate_that_the_measurement_calls_not_served_is_not_called_reached() -> None:
    samples = make_samples(1, 2_000)
    samples["end_ns"] += 60_000_000_000
    problem = rate_problem(samples, Window(START_NS, START_NS + 10_000_000_000))
    assert problem is not None
    trial = trial_result("1-mix", WRITE)
    assert "load reached" in verdict_line(run_result(trial))
    overloaded = run_result(msgspec.structs.replace(trial, problems=(problem,)))
    assert verdict_line(overloaded).endswith("load not reached in mix")
