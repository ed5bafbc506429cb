from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from harness.counted import ExactOperation, Statement
from harness.errors import RssbenchError
from harness.model import CpuPerRequest, ErrorCount, ExternalRss, GeneratorHealth, Memory
from harness.store import RUN
from reports.page import render, write_report
from reports.section import STATEMENTS_SHOWN, statement_table
from scenarios.remote.record import RemoteWorker
from tests.reports.parsed_page import Page
from tests.reports.synthetic_run import (
    exact_operation,
    operation_result,
    run_result,
    trial_result,
    write_synthetic_run,
)

NASTY = "<script>alert('x')</script>\"&"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    directory = tmp_path_factory.mktemp("run")
    write_synthetic_run(directory, errors=9)
    return Page(write_report(directory).read_text())


def test_the_verdict_comes_first_and_the_words_last(page: Page) -> None:
    assert page.headings[0][0] == "h1"
    assert page.titles[0].startswith("PASSED: 2 scenarios, 7,600 requests, 18 errors")
    assert page.titles[-1] == "Words"
    assert page.text.index("PASSED: 2 scen") < page.text.index("Summary")


def test_the_sections_stand_in_their_order(page: Page) -> None:
    expected = [
        "Summary",
        "Acknowledged writes, looked up in the database",
        "Scenario select_mix",
        "Operations",
        "Errors",
        "Latency distribution",
        "Scenario update_mix",
        "Operations",
        "Errors",
        "Latency distribution",
        "CPU and memory",
        "SQL of one request",
        "Repeat this run",
        "Build and environment",
        "Words",
    ]
    assert page.titles[1:] == expected


def test_headings_do_not_skip_a_level(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.headings]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_needs_nothing_from_outside_and_no_script(page: Page) -> None:
    assert "script" not in page.tags
    assert not page.tags & {"img", "iframe", "object", "embed"}
    assert [address for address in page.addresses if not address.startswith(("#", "data:,"))] == []
    assert "http" not in page.text


def test_every_id_is_unique_and_every_link_leads_to_one(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    assert {address[1:] for address in page.addresses if address.startswith("#")} <= set(page.ids)


def test_the_page_shows_what_a_reader_needs(page: Page) -> None:
    for text in (
        "9.1.22",
        "bzt taurus.yml -o settings.profile=S",
        "no answer in time",
        "10.11.19-MariaDB",
        "package-149 1.2.3",
        "trials/1-select_mix/samples-0.bin",
        "SELECT `Name` , `Status` FROM `ResourceStatus` WHERE `Name` = ?",
        "Innodb_buffer_pool_read_requests",
        "ResourceStatus 1,200",
    ):
        assert text in page.text


def test_names_and_messages_cannot_become_markup(tmp_path: Path) -> None:
    operation = operation_result(NASTY, errors=(ErrorCount("refused", 4, NASTY),))
    trial = trial_result("1-mix", operation, status="failed", problems=(NASTY,))
    exact = ExactOperation(NASTY, (Statement(NASTY, 1, 1, 0),), 1, 0, 0, 1, 1, (NASTY,), None, (NASTY,))
    run = run_result(trial, status="failed", problems=(NASTY,), command=NASTY, exact=(exact,))
    page = Page(render(run, tmp_path))
    assert "script" not in page.tags
    assert page.text.count(NASTY) >= 9


def test_a_run_whose_stack_never_became_ready_still_has_a_page(tmp_path: Path) -> None:
    run = run_result(
        status="incomplete",
        problems=("the database did not start:\nport taken",),
        build=None,
        data_set=None,
        stack_ready_s=None,
        exact=(),
    )
    RUN.write(run, tmp_path)
    page = Page(write_report(tmp_path).read_text())
    assert page.titles[0].startswith("INCOMPLETE: the database did not start:; 0 scenarios, nothing measured")
    assert page.titles[1] == "Problems"
    for text in ("port taken", "The stack never became ready", "never ready", "SQL statements were not counted"):
        assert text in page.text


def test_a_trial_without_files_or_counters_says_what_is_missing(tmp_path: Path) -> None:
    trial = trial_result(
        "1-mix",
        status="incomplete",
        problems=("the service died",),
        offered_rate_per_s=None,
        cpu_per_request=CpuPerRequest(None, None, None),
        memory=Memory(None, None),
        generator=GeneratorHealth(None, None, None),
        audit=None,
    )
    RUN.write(run_result(trial, status="incomplete"), tmp_path)
    page = Page(write_report(tmp_path).read_text())
    for text in ("No operation was measured", "are left out: the trial in", "CPU time was not counted"):
        assert text in page.text


def test_a_trial_where_every_request_failed_has_a_timeline_and_no_curves(tmp_path: Path) -> None:
    write_synthetic_run(tmp_path, scenarios=1, operations=1, requests=2_000, errors=2_000)
    page = Page(write_report(tmp_path).read_text())
    assert "trial-1-timeline-title" in page.ids
    assert "Latency distribution" not in page.titles
    assert "2,000 errors" in page.text


def test_what_a_killed_run_measured_is_shown_as_incomplete(tmp_path: Path) -> None:
    run = write_synthetic_run(tmp_path, scenarios=2, operations=1, requests=400)
    RUN.write(msgspec.structs.replace(run, trials=run.trials[:1], status="incomplete"), tmp_path)
    page = Page(write_report(tmp_path).read_text())
    assert "Scenario update_mix" in page.titles


def test_a_directory_without_a_run_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(RssbenchError, match=str(tmp_path)):
        write_report(tmp_path)


def test_a_statement_repeated_in_a_row_is_one_line_with_its_rows_added_up() -> None:
    table = statement_table(
        "Statements", exact_operation("Publisher.getTree", statements=401).statements, "run.json"
    )
    assert [(row[0], row[2]) for row in table.rows] == [("400", "400"), ("1", "0")]


def test_a_page_that_leaves_statements_out_says_how_many(tmp_path: Path) -> None:
    statements = tuple(Statement(f"SELECT {place}", 0, 0, 0) for place in range(STATEMENTS_SHOWN + 7))
    operation = msgspec.structs.replace(exact_operation("Publisher.getTree"), statements=statements)
    assert "7 more lines in run.json" in render(run_result(exact=(operation,)), tmp_path)


def test_an_external_rss_is_named_with_what_was_allowed_and_what_could_not_be_seen(tmp_path: Path) -> None:
    external = ExternalRss("https://rss.example.org:8443", "9.1.22", 40, writes_allowed=False, own_elements=())
    trial = msgspec.structs.replace(
        trial_result("1-select_mix", operation_result("Publisher.getTree"), audit=None),
        cpu_per_request=CpuPerRequest(generator_s=0.0002, service_s=None, database_s=None),
    )
    run = msgspec.structs.replace(
        run_result(trial), runtime="external", external=external, build=None, data_set=None
    )
    text = Page(render(run, tmp_path)).text
    assert "https://rss.example.org:8443" in text
    assert "40 requests in any second, reads" in text
    assert "cannot be seen from outside" in text
    assert "the run ended before a build was installed" not in text


def test_the_clocks_of_remote_workers_stand_below_the_summary(tmp_path: Path) -> None:
    worker = RemoteWorker(0, "a/0", "a", 7, 12.5, 0.0, 0.0002)
    trial = msgspec.structs.replace(
        trial_result("1-select_mix", operation_result("Publisher.getTree")), remote_workers=(worker,)
    )
    assert (
        "1-select_mix: 1 remote worker on 1 machine; clocks up to 12.500000 s"
        in Page(render(run_result(trial), tmp_path)).text
    )
