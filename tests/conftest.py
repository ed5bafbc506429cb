"""Shared rules of the test run: tests with a real stack may not be skipped unnoticed."""

from __future__ import annotations

import pytest

_ran: list[str] = []
_skipped: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-stack",
        action="store_true",
        help="fail when a test marked stack was skipped, or none ran",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # noqa: ANN201
    report = yield
    if item.get_closest_marker("stack"):
        if report.skipped:
            _skipped.append(item.nodeid)
        elif report.when == "call":
            _ran.append(item.nodeid)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--require-stack") and (_skipped or not _ran) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--require-stack"):
        terminalreporter.write_line(f"tests with a real stack: {len(_ran)} ran, {len(_skipped)} skipped")
