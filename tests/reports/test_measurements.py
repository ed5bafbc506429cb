"""Every kind of measurement has its text, its page and its section in the page of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from harness.errors import RssbenchError
from harness.measurement import Measurement
from harness.model import SectionOutcome
from harness.store import CYCLES, EMAIL_CACHE, GROWTH, MEASUREMENTS, MICRO, POLICIES, RUN, ResultKind
from reports.measurement_page import write_measurement_page
from reports.measurements import measurement_text, sections_in
from reports.page import write_report
from tests.reports.parsed_page import Page
from tests.reports.synthetic_cycles import build_cycles, cycles_result, measured
from tests.reports.synthetic_email_cache import email_cache_result
from tests.reports.synthetic_growth import growth
from tests.reports.synthetic_micro import micro
from tests.reports.synthetic_policies import policies
from tests.reports.synthetic_run import run_result, trial_result

#: One of each kind that a run can have as a section.
ALL: dict[ResultKind[Any], Measurement] = {
    GROWTH: growth(),
    POLICIES: policies(),
    CYCLES: cycles_result(build_cycles("9.1.22", token=measured(2.0, errors={"Cannot send email": 3}))),
    EMAIL_CACHE: email_cache_result(),
    MICRO: micro(),
}


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_a_measurement_alone_has_a_page_of_its_own(kind: ResultKind[Any], tmp_path: Path) -> None:
    kind.write(ALL[kind], tmp_path)
    text = write_measurement_page(tmp_path).read_text(encoding="utf-8")
    page = Page(text)
    assert (page.open, page.addresses) == ([], ["data:,"])
    assert len(page.ids) == len(set(page.ids))
    assert f"rssbench {kind.name} 9.1.22" in page.text
    assert '<td class="n">' in text
    assert "&#34;n&#34;" not in text
    assert page.titles[-2:] == ["Build and environment", "Words"]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_what_came_to_no_end_says_so_everywhere(kind: ResultKind[Any], tmp_path: Path) -> None:
    cut = replace(ALL[kind], status="incomplete", problems=("the service was killed",))
    kind.write(cut, tmp_path)
    assert "incomplete: the service was killed" in Page(write_measurement_page(tmp_path).read_text()).text
    for form in ("text", "markdown"):
        assert measurement_text(kind, cut, form).startswith("INCOMPLETE: the service was killed\n\n")
    assert json.loads(measurement_text(kind, cut, "json")) == json.loads((tmp_path / kind.file).read_text())


def test_the_page_of_a_run_has_a_section_for_each_file_that_stands_beside_it(tmp_path: Path) -> None:
    RUN.write(run_result(trial_result("1-mix")), tmp_path)
    for kind, result in ALL.items():
        kind.write(result, tmp_path)
    page = Page(write_report(tmp_path).read_text())
    titles = [view.title for view in sections_in(tmp_path)[0]]
    assert len(titles) == len(ALL)
    assert [title for title in page.titles if title in titles] == titles
    assert len(page.ids) == len(set(page.ids))
    for text in (
        "1 missing index, for want of which 2 operations of 6 read whole tables",
        "DIRAC logged 3 x Cannot send email",
        "ElementInspectorAgent",
        "SQLite file",
        "bench_cache.py::bench_hit[40]",
        "e-mail cache",
    ):
        assert text in page.text


def test_a_section_that_was_not_measured_is_named_with_its_reason(tmp_path: Path) -> None:
    lost = SectionOutcome("cycles", "incomplete", "the database did not start", 1.0)
    RUN.write(run_result(trial_result("1-mix"), sections=(lost,)), tmp_path)
    page = Page(write_report(tmp_path).read_text())
    assert "cycles" in page.titles
    assert "not measured: the database did not start" in page.text


def test_a_section_that_cannot_be_read_leaves_the_rest_of_the_page_alone(tmp_path: Path) -> None:
    RUN.write(run_result(trial_result("1-mix")), tmp_path)
    (tmp_path / "growth.json").write_text("{")
    CYCLES.write(ALL[CYCLES], tmp_path)
    page = Page(write_report(tmp_path).read_text())
    assert f"{tmp_path}/growth.json is not a growth" in page.text
    assert "Cycles of the agents" in page.titles
    with pytest.raises(RssbenchError, match=r"growth\.json is not a growth"):
        write_measurement_page(tmp_path)


def test_statements_of_evaluations_and_cycles_can_be_opened(tmp_path: Path) -> None:
    for kind in (POLICIES, CYCLES):
        kind.write(ALL[kind], tmp_path)
    text = write_measurement_page(tmp_path).read_text()
    for title in ("9.1.22, StorageElement, all: 2 statements", "9.1.22, token: 3 statements"):
        assert f"<summary>{title}</summary>" in text


def test_every_kind_is_shown(tmp_path: Path) -> None:
    assert {*ALL} <= {*MEASUREMENTS}
    assert sections_in(tmp_path) == ([], {})
