"""The page in a real Chromium, with the network off."""

import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from harness.counted import Statement
from harness.store import RUN
from reports.comparison_page import write_comparison_report
from reports.measurement_page import write_measurement_page
from reports.page import write_report
from tests.reports.synthetic_comparison import KINDS, pair_frame
from tests.reports.synthetic_run import write_synthetic_run
from tests.reports.test_measurements import ALL

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
    "--enable-logging=stderr",
)

#: How Chromium's log names what a page's developer tools would show.
CONSOLE = ":CONSOLE"


def dumped_dom(tmp_path: Path, page: Path) -> tuple[str, list[str]]:
    """The document after loading, and what the console said."""
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("chromium is not installed")
    arguments = [browser, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if CONSOLE in line]


@pytest.mark.stack
def test_the_page_opens_offline_without_a_complaint(tmp_path: Path) -> None:
    run = write_synthetic_run(tmp_path / "run", errors=9)
    dom, console = dumped_dom(tmp_path, write_report(tmp_path / "run"))
    assert console == []
    assert "PASSED: 2 scenarios, 7,600 requests, 18 errors" in dom
    assert len(re.findall("<table", dom)) >= 8
    # a curve for each operation of each trial, percentiles and timeline of each trial, and the CPU
    assert len(re.findall('<svg viewBox="[^"]+" role="img"', dom)) == 2 * len(run.trials[0].operations) + 2 * 2 + 1


@pytest.mark.stack
def test_a_large_run_stays_below_one_megabyte_and_opens(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    run = write_synthetic_run(directory, scenarios=6, operations=15, requests=100_000, errors=500)
    endless = tuple(Statement(f"SELECT {place} {'x' * 5_000}", 1, 1, 0) for place in range(500))
    exact = [msgspec.structs.replace(one, statements=endless) for one in run.exact[:3]]
    RUN.write(msgspec.structs.replace(run, exact=(*exact, *run.exact[3:])), directory)
    page = write_report(directory)
    assert page.stat().st_size <= 1_000_000
    dom, console = dumped_dom(tmp_path, page)
    assert console == []
    assert "PASSED: 6 scenarios" in dom


@pytest.mark.stack
@pytest.mark.parametrize(("kind", "figures"), [("regression", 2), ("interrupted", 1)])
def test_the_page_of_a_comparison_opens_offline_without_a_complaint(
    tmp_path: Path, kind: str, figures: int
) -> None:
    result = KINDS[kind]()
    page = write_comparison_report(result, pair_frame(result, pairs=100), tmp_path)
    assert page.stat().st_size <= 500_000
    dom, console = dumped_dom(tmp_path, page)
    assert console == []
    assert f"{result.verdict.upper()}: " in dom
    assert len(re.findall('<svg viewBox="[^"]+" role="img"', dom)) == figures


@pytest.mark.stack
def test_a_page_of_measurements_opens_offline_without_a_complaint(tmp_path: Path) -> None:
    for kind, result in ALL.items():
        kind.write(result, tmp_path)
    dom, console = dumped_dom(tmp_path, write_measurement_page(tmp_path))
    assert console == []
    assert "1 missing index, for want of which 2 operations of 6 read whole tables" in dom
    assert len(re.findall("<details", dom)) >= 10


@pytest.mark.stack
def test_the_browser_test_would_see_a_complaint(tmp_path: Path) -> None:
    page = tmp_path / "broken.html"
    page.write_text("<script>console.error('a complaint')</script><img src='http://rssbench.invalid/x.png'>")
    _, console = dumped_dom(tmp_path, page)
    assert any("a complaint" in line for line in console)
