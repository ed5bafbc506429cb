"""From pytest's JUnit to what became of each test."""

from __future__ import annotations

from harness.integration.outcomes import CaseOutcome, IntegrationResult, outcomes_of

JUNIT = """<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest">
<testcase classname="Test_Publisher" name="test_Get[Site]" time="1.25" />
<testcase classname="Test_Publisher" name="test_Set" time="0.5">
  <failure message="AssertionError: Unknown method getNodeStatuses&#10;assert False is True">def</failure>
</testcase>
<testcase classname="Test_Publisher" name="test_Slow" time="0"><skipped message="need --runslow" /></testcase>
<testcase classname="Test_Publisher" name="test_Fixture" time="0"><error message="on setup">E   OSError: no proxy
E   ValueError: no client
a_file.py:3: ValueError</error></testcase>
<testcase classname="" name="Test_Publisher" time="0"><error message="collection failure">Traceback
E   ImportError: no PublisherClient</error></testcase>
</testsuite></testsuites>"""


def test_each_test_has_an_outcome_and_what_did_not_pass_a_reason() -> None:
    assert outcomes_of("Test_Publisher.py", JUNIT) == [
        CaseOutcome("Test_Publisher.py", "test_Get[Site]", "passed", 1.25),
        CaseOutcome(
            "Test_Publisher.py",
            "test_Set",
            "failed",
            0.5,
            "AssertionError: Unknown method getNodeStatuses assert False is True",
        ),
        CaseOutcome("Test_Publisher.py", "test_Slow", "skipped", 0.0, "need --runslow"),
        CaseOutcome("Test_Publisher.py", "test_Fixture", "failed", 0.0, "ValueError: no client"),
        CaseOutcome("Test_Publisher.py", "Test_Publisher", "failed", 0.0, "ImportError: no PublisherClient"),
    ]


def test_a_long_message_is_cut() -> None:
    junit = f'<testsuite><testcase name="one" time="1"><failure message="{"a " * 999}" /></testcase></testsuite>'
    (outcome,) = outcomes_of("Test_Long.py", junit)
    assert len(outcome.reason) == 400


def test_outcomes_are_counted() -> None:
    result = IntegrationResult(
        "9.1.22", "9.1.22", "a clone", "https", 5.0, tuple(outcomes_of("Test_Publisher.py", JUNIT))
    )
    assert (result.count("passed"), result.count("failed"), result.count("passed", "skipped")) == (1, 3, 2)
