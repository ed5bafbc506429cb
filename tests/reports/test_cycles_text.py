"""The table of cycles: a column per build, ratios over the first, and what went wrong in DIRAC's words."""

from __future__ import annotations

from msgspec.structs import replace

from harness.cycles import CycleResult
from reports.cycles_text import CYCLE_HEADINGS, cycle_rows, cycles_text
from reports.units import MISSING
from tests.reports.synthetic_cycles import build_cycles, cycles_result, measured


def rows_of(text: str) -> dict[str, list[str]]:
    """Metric to the words behind it."""
    table = text.split("\n\n", maxsplit=1)[0].splitlines()[1:]
    found = [line.removeprefix("token").strip() for line in table]
    return {line.split("  ")[0]: line.split("  ", 1)[1].split() for line in found}


def test_a_second_build_has_a_column_of_its_own_and_a_ratio() -> None:
    result = cycles_result(
        build_cycles("9.1.22", token=measured(2.0)), build_cycles("8.0.86", token=measured(3.0))
    )
    text = cycles_text(result, markdown=False)
    assert text.splitlines()[0].split() == ["cycle", "9.1.22", "8.0.86", "/", "9.1.22"]
    rows = rows_of(text)
    assert rows["time"] == ["2.00", "s", "3.00", "s", "1.50"]
    assert rows["agent CPU"] == ["1.00", "s", "1.50", "s", "1.50"]
    assert rows["calls"] == ["22", "22", "1.00"]
    assert rows["statements"] == ["44", "44", "1.00"]
    assert rows["commits"] == ["20", "20", "1.00"]
    assert rows["rows examined"] == ["1,000", "1,000", "1.00"]
    assert rows["rows written"] == ["20", "20", "1.00"]
    assert "times are single measurements" in text
    assert "9.1.22, token: 20 ResourceStatus.addOrModify, 2 ResourceStatus.select" in text


def test_repetitions_show_their_range() -> None:
    (cycle,) = (one := build_cycles("9.1.22", token=measured(2.0))).cycles
    repeated = CycleResult(cycle.cycle, (measured(2.0), measured(5.0), measured(3.0)))
    text = cycles_text(cycles_result(replace(one, cycles=(repeated,)), repetitions=3), markdown=True)
    assert "| token | time | 3.00 s (2.00 s to 5.00 s) |" in text
    assert "|  | calls | 22 |" in text
    assert "times are medians of repetitions, with range" in text


def test_what_a_release_cannot_do_is_missing_and_told_in_its_words() -> None:
    first = build_cycles("9.1.22", token=measured(2.0, errors={"Cannot send email": 3}))
    second = build_cycles("7.3.38", token=None, problem="ImportError: no module\nnamed TokenAgent")
    text = cycles_text(cycles_result(first, second), markdown=False)
    assert rows_of(text)["time"] == ["2.00", "s", MISSING, MISSING]
    assert "9.1.22, token: DIRAC logged 3 x Cannot send email" in text
    assert "7.3.38, token: ImportError: no module named TokenAgent" in text


def test_what_is_zero_everywhere_is_left_out() -> None:
    hit = replace(measured(2.0), calls={}, statements=(), connections=0)
    hit = replace(hit, cpu_s={"agent": 1.0, "service": 0.0, "database": 0.0})
    text = cycles_text(cycles_result(build_cycles("9.1.22", token=hit)), markdown=False)
    assert list(rows_of(text)) == ["time", "agent CPU"]


def test_a_cycle_that_no_build_can_do_is_one_row() -> None:
    result = cycles_result(
        build_cycles("9.1.22", token=None, problem="one"), build_cycles("8.0.86", token=None, problem="other")
    )
    assert cycles_text(result, markdown=False).splitlines()[1].split() == ["token", "failed", *[MISSING] * 3]


def test_a_build_that_ended_before_its_time_has_dashes() -> None:
    result = cycles_result(
        build_cycles("9.1.22", token=measured(2.0), synchronizer=measured(1.0)),
        build_cycles("8.0.86", token=measured(3.0)),
    )
    text = cycles_text(result, markdown=True)
    assert "| token | time | 2.00 s | 3.00 s | 1.50 |" in text
    assert f"| synchronizer | time | 1.00 s | {MISSING} | {MISSING} |" in text
    assert cycles_text(cycles_result(), markdown=False) == "nothing was measured"


def test_a_page_has_a_line_per_cycle_and_build() -> None:
    result = cycles_result(
        build_cycles("9.1.22", token=measured(2.0)), build_cycles("8.0.86", token=None, problem="no such agent")
    )
    first, second = cycle_rows(result)
    assert dict(zip(CYCLE_HEADINGS, first, strict=True)) == {
        "cycle": "token",
        "build": "9.1.22",
        "time": "2.00 s",
        "agent CPU": "1.00 s",
        "service CPU": "500 ms",
        "database CPU": "250 ms",
        "calls": "22",
        "statements": "44",
        "commits": "20",
        "connections": "1",
        "rows examined": "1,000",
        "rows written": "20",
    }
    assert second == ("token", "8.0.86", *[MISSING] * 10)
