"""The page of a history, its drawings and its formats."""

from __future__ import annotations

import math
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from msgspec.structs import replace

from harness.errors import RssbenchError
from harness.history import HistoryResult
from reports.history_formats import HISTORY_FORMATS
from reports.history_lines import scale, small_line
from reports.history_page import render_history, write_history_report
from reports.history_views import Line, LinePoint, lines
from tests.golden_files import same_as_golden
from tests.reports.parsed_page import Page
from tests.reports.synthetic_history import READ, five_builds, history, history_build, reference_build


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(render_history(five_builds()))


@pytest.mark.parametrize(("form", "suffix"), [("text", "txt"), ("markdown", "md")])
def test_a_history_is_the_golden_one(form: str, suffix: str) -> None:
    assert same_as_golden(f"history.{suffix}", HISTORY_FORMATS[form](five_builds()))


def test_json_is_all_of_it() -> None:
    assert msgspec.json.decode(HISTORY_FORMATS["json"](five_builds()), type=HistoryResult) == five_builds()


def test_a_commit_is_shown_with_what_it_is_about_and_what_says_nothing_is_left_out() -> None:
    commits = [
        history_build("/src@aaaaaaaaaaaa", subject="v9.1.22", evaluations=(), look_ups=()),
        reference_build("/src@bbbbbbbbbbbb", subject="Fewer <queries>", evaluations=()),
    ]
    text = HISTORY_FORMATS["text"](history(*commits))
    assert "aaaaaaaa → bbbbbbbb: 0 changes" in text
    assert "bbbbbbbb Fewer <queries>" in text
    assert "What is missing" not in text
    assert "One evaluation" not in text
    assert "Fewer <queries>" in Page(render_history(history(*commits))).text


def test_the_verdict_comes_first_then_what_changed_then_every_operation(page: Page) -> None:
    assert page.titles[0].startswith("REGRESSION: 10 changes from build to build")
    assert page.titles[1:] == [
        "In short",
        "What is missing",
        "From build to build",
        "7.2.52 → 8.0.86: 4 changes",
        "8.0.86 → 9.0.28: 2 changes",
        "9.0.28 → 9.1.22: 4 changes",
        "Every operation",
        "One request, counted",
        "One evaluation of an element, counted",
        "Look-ups in the client's cache",
        "Not in a build, or answered wrongly",
        "Builds and environment",
        "Words",
    ]


def test_every_link_leads_somewhere_and_no_id_is_there_twice(page: Page) -> None:
    inside = [address for address in page.addresses if address.startswith("#")]
    assert {address[1:] for address in inside} <= set(page.ids)
    assert "diff-3-1" in page.ids
    assert len(set(page.ids)) == len(page.ids)
    assert "comparisons/001-8.0.86/report.html" in page.addresses
    assert not [address for address in page.addresses if "://" in address]


def test_foreign_text_is_shown_and_does_nothing(page: Page) -> None:
    assert "answers wrongly: <b>nothing</b>" in page.text
    assert "b" not in page.tags


def test_a_history_of_nothing_has_a_page(tmp_path: Path) -> None:
    nothing = history_build("1", judgements=(), counted=(), evaluations=(), look_ups=(), parts=(), finished=False)
    empty = replace(history(nothing, replace(nothing, name="2")), status="incomplete", problems=("interrupted",))
    page = Page(write_history_report(empty, tmp_path).read_text())
    assert "No build has pairs enough for an interval." in page.text
    assert "What is missing" in page.titles


def test_a_page_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(RssbenchError, match=r"cannot write .*report\.html"):
        write_history_report(five_builds(), tmp_path / "gone")


def test_a_hundred_builds_are_drawn_within_a_second() -> None:
    builds = [history_build(f"1.0.{place}", read=1.0 + place / 500) for place in range(100)]
    result = history(*builds, reference_build())
    began_s = time.process_time()
    page = render_history(result)
    assert time.process_time() - began_s < 1.0
    assert "1.0.99" in page


def shapes(*points: LinePoint, limit: float = math.log(1.1)) -> list[ET.Element]:
    svg = small_line(Line(READ, "service_cpu", points), limit, margin=0.01)
    return [one for one in ET.fromstring(svg).iter() if one.find("title") is not None]


def titles(elements: list[ET.Element]) -> list[str | None]:
    return [one.findtext("title") for one in elements]


def test_every_build_is_on_the_line_with_its_figure_and_a_missing_one_as_a_cross() -> None:
    found = shapes(LinePoint("1", 1.05, 1.03, 1.07), LinePoint("2", None), LinePoint("3", 1.0))
    assert titles(found) == ["1 +5.0 % [+3.0, +7.0]", "2 –", "3 0 (reference)"]  # noqa: RUF001 - a dash
    assert [one.tag for one in found] == ["circle", "path", "circle"]
    assert float(found[0].get("cy", "")) < float(found[2].get("cy", "")), "more is upwards"


def test_a_change_is_a_triangle_and_hollow_when_it_recovered() -> None:
    (of_read,) = [line for line in lines(five_builds(), "service_cpu") if line.operation == READ]
    triangles = [one for one in shapes(*of_read.points) if one.tag == "path" and "h10" in one.get("d", "")]
    assert [(one.get("stroke"), one.get("fill")) for one in triangles] == [
        ("#c24d00", "#ffffff"),
        ("#00795a", "#00795a"),
    ]


def test_what_lies_beyond_the_edge_stands_at_it() -> None:
    (far, near) = shapes(LinePoint("1", 9.0, 8.0, 10.0), LinePoint("2", 1.1, 1.09, 1.11))
    assert far.get("cy") == near.get("cy") == "8"


def test_the_scale_shows_nine_bounds_of_ten_and_no_less_than_the_margin() -> None:
    points = [LinePoint(str(place), 1.0, 0.99, 1.01) for place in range(18)]
    far = [LinePoint("far", 3.0, 2.0, 4.0)]
    assert scale([Line(None, "service_cpu", (*points, *far))], 0.001) == pytest.approx(
        1.15 * -math.log(0.99), rel=0.02
    )
    assert scale([Line(None, "service_cpu", tuple(points))], 0.01) == 0.03
    assert scale([], 0.01) == 0.03
