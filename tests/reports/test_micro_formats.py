"""What is printed of micro-benchmarks."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from harness.comparison import AbsentOperation
from harness.micro.observations import MicroObservations
from harness.micro.record import MicroRecord
from harness.micro_comparison import MicroComparison
from harness.store import MICRO, MICRO_COMPARISON
from reports.measurements import measurement_text
from reports.micro_formats import micro_markdown, micro_text
from tests.micro.files import file
from tests.micro.test_earlier_files import judged
from tests.micro.test_observations import observed
from tests.reports.synthetic_comparison import build
from tests.reports.synthetic_micro import micro


@pytest.fixture
def regression(tmp_path: Path) -> MicroComparison:
    record = MicroRecord(tmp_path, command="rssbench micro a b", builds=(build("9.1.21"), build("9.1.22")))
    record.judge(observed({"bench_c": 1.05}), observed({}), ("9.1.21", "9.1.22"))
    record.update(
        status="complete",
        problems=(),
        absent=(AbsentOperation("bench_add.py::bench_modify[AccountingCache]", "9.1.22", "no such table"),),
    )
    return record.result


def test_the_text_begins_with_the_verdict_then_what_is_worse(regression: MicroComparison) -> None:
    first, table, *rest = micro_text(regression).split("\n\n")
    assert first.startswith("REGRESSION: 1 regression, 7 same; 20 pairs, all together +")
    heading, together, worst, *_ = table.splitlines()
    assert heading.split()[0] == "benchmark"
    assert together.startswith("all together  same")
    assert worst.startswith("bench_c       regression  +4.9 % [+4.6, +5.0]")
    assert worst.endswith("]")  # the wall time with its interval
    assert rest[0] == "ABSENT  bench_add.py::bench_modify[AccountingCache]: no such table (9.1.22)"
    assert "control    nothing found in 9 questions, 20 pairs" in rest[1]


def test_markdown_has_the_same_rows(regression: MicroComparison) -> None:
    text = micro_markdown(regression)
    assert text.startswith("**REGRESSION: 1 regression, 7 same")
    assert "| all together | same |" in text
    assert "AccountingCache" in text


def test_json_is_what_is_stored(regression: MicroComparison) -> None:
    assert (
        msgspec.json.decode(measurement_text(MICRO_COMPARISON, regression, "json"), type=MicroComparison)
        == regression
    )


def test_a_false_alarm_of_the_control_is_told(tmp_path: Path) -> None:
    record = MicroRecord(tmp_path, command="rssbench micro a a", builds=(build("a"), build("a")))
    record.judge(observed({}), observed({"bench_b": 1.2}), ("a", "a"))
    assert record.result.verdict == "inconclusive"
    assert "1 false alarm in 20 pairs: bench_b. Do not trust" in micro_text(record.result)


def test_nothing_measured_and_wrong_answers_have_their_words(tmp_path: Path) -> None:
    record = MicroRecord(tmp_path, command="rssbench micro a b", builds=(build("a"), build("b")))
    assert micro_text(record.result).startswith("INCONCLUSIVE: nothing measured; 0 pairs")
    observations = MicroObservations()
    observations.add(file({"x": 1.0, "y": 1.0}), file({"x": 1.0}, failed={"y": "assert 1 == 2"}))
    record.judge(observations, MicroObservations(), ("a", "b"))
    text = micro_text(record.result)
    assert text.startswith("WRONG: 1 wrong")
    assert "assert 1 == 2" in text


def test_separate_runs_are_labelled_in_the_first_line(tmp_path: Path) -> None:
    first, *_ = micro_text(judged("bc", 1.0, tmp_path)).splitlines()
    assert first.startswith("INCONCLUSIVE: ")
    assert "NOT INTERLEAVED" in first


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_one_build_shows_figures_and_what_has_none(form: str) -> None:
    text = measurement_text(MICRO, micro(), form).replace("\\", "")
    for part in (
        "bench_hit[40]",
        "21.0 µs",
        "1.23 ms",
        "bench_modify[AccountingCache]: DIRAC 9.1.22 has no table",
        "bench_new: AssertionError: 2 rows",
    ):
        assert part in text
