"""Stored runs drawn over time."""

from __future__ import annotations

import datetime as dt
import re
import time
from pathlib import Path

import pytest

from harness.errors import RssbenchError
from harness.index.courses import StoredFigure
from reports.stored_page import COLOURS, render_stored, write_stored_page
from tests.reports.parsed_page import Page


def figure(number: int, value: float, build: str = "9.1.22", operation: str | None = "select") -> StoredFigure:
    started_at = dt.datetime(2026, 11, 1, 8) + dt.timedelta(hours=number)  # noqa: DTZ001 - as databases store it
    return StoredFigure(operation, "1-select_mix", started_at, f"r{number}", build, "bench", value)


def dots(page: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)h0", page)]


def test_runs_go_from_left_to_right_and_more_is_upwards() -> None:
    (first, second, third) = dots(
        render_stored([figure(0, 0.001), figure(1, 0.01), figure(2, 0.1)], "latency_p50")
    )
    assert first[0] < second[0] < third[0]
    assert first[1] > second[1] > third[1]
    assert first[1] - second[1] == pytest.approx(second[1] - third[1]), "the scale is logarithmic"


def test_every_build_has_a_colour_and_every_operation_a_drawing_with_its_edges() -> None:
    figures = [figure(0, 0.002), figure(1, 0.004, "9.2.0"), figure(1, 0.003, "9.2.0", "insert")]
    text = render_stored(figures, "latency_p50")
    page = Page(text)
    assert page.titles[0] == "latency_p50 of 2 operations in 2 stored runs"
    assert "1-select_mix, select: 2 runs, 2.00 ms (bottom) to 4.00 ms (top)" in page.text
    assert text.count(f'stroke="{COLOURS[1]}"') == 2, "in both drawings"
    assert f'fill="{COLOURS[1]}"' in text, "in the key"
    assert "Times of different days are not comparable" in page.text


def test_counts_are_no_times() -> None:
    assert "3 (bottom) to 4 (top)" in Page(render_stored([figure(0, 3), figure(1, 4)], "statements")).text


def test_thousand_runs_of_every_operation_are_drawn_in_a_moment() -> None:
    figures = [figure(run, 0.001 + run % 7 / 1e4, operation=f"o{one}") for run in range(1000) for one in range(26)]
    began_s = time.process_time()
    page = render_stored(figures, "latency_p50")
    assert time.process_time() - began_s < 2.0
    assert len(dots(page)) == 26_000


def test_a_page_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(RssbenchError, match="cannot write"):
        write_stored_page([figure(0, 1.0)], "latency_p50", tmp_path / "gone" / "page.html")
