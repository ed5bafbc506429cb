"""What is printed of DIRAC's own tests."""

from __future__ import annotations

from harness.integration.outcomes import CaseOutcome, IntegrationResult
from reports.integration_text import integration_text

RESULT = IntegrationResult(
    build="9.1.22",
    dirac_version="9.1.22",
    sources="/DIRAC@main, commit abc of 2024-10-17",
    front_door="https",
    stack_ready_s=5.0,
    tests=(
        CaseOutcome("Test_Publisher.py", "test_Get", "broken upstream", 1.25, "no getNodeStatuses | anywhere"),
        CaseOutcome("Test_SiteStatus.py", "test_add", "passed", 0.5),
        CaseOutcome("Test_SiteStatus.py", "test_set", "failed", 0.25, "AssertionError: Banned"),
    ),
)


def test_as_text_the_reason_stands_below_its_test() -> None:
    assert integration_text(RESULT, markdown=False) == (
        "1 passed, 1 failed, 1 broken upstream: "
        "DIRAC 9.1.22 (9.1.22) over https, tests of /DIRAC@main, commit abc of 2024-10-17\n"
        "\n"
        "file                test      outcome          seconds\n"
        "Test_Publisher.py   test_Get  broken upstream  1.25\n"
        "    no getNodeStatuses | anywhere\n"
        "Test_SiteStatus.py  test_add  passed           0.50\n"
        "Test_SiteStatus.py  test_set  failed           0.25\n"
        "    AssertionError: Banned"
    )


def test_as_markdown_it_is_a_table() -> None:
    lines = integration_text(RESULT, markdown=True).splitlines()
    assert lines[0].startswith("1 passed, 1 failed, 1 broken upstream: ")
    assert lines[2:4] == ["| file | test | outcome | seconds | reason |", "| --- | --- | --- | --- | --- |"]
    assert len(lines) == 7
    assert lines[4].endswith(r"no getNodeStatuses \| anywhere |")
