"""A failed test is the build's own fault only where its code says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.builds.environment import BuildEnvironment
from harness.integration.outcomes import CaseOutcome, Outcome
from harness.integration.upstream import judged
from harness.model import BuildIdentity

OVER_DIPS = "AssertionError: Unknown method getThing assert False is True"
OVER_HTTPS = "AssertionError: Function not implemented ( 38 : getThing is not implemented) assert False is True"


@pytest.fixture
def rss(tmp_path: Path) -> Path:
    """Where a build has the services and clients of its RSS."""
    folder = tmp_path / "lib" / "python3.11" / "site-packages" / "DIRAC" / "ResourceStatusSystem"
    for part in ("Service", "Client"):
        (folder / part).mkdir(parents=True)
        (folder / part / "Other.py").write_text("class Other:\n    def getThings(self):\n        pass\n")
    return folder


def judge(tmp_path: Path, reason: str, outcome: Outcome = "failed") -> CaseOutcome:
    build = BuildEnvironment(
        tmp_path / "bin" / "python", BuildIdentity("9.1.22", "9.1.22", "none", "3.11", "key", {})
    )
    return judged(CaseOutcome("Test_Thing.py", "test_Get", outcome, 1.0, reason), build)


@pytest.mark.parametrize("reason", [OVER_DIPS, OVER_HTTPS])
def test_a_method_that_the_build_does_not_have_is_the_tests_age(tmp_path: Path, rss: Path, reason: str) -> None:
    assert judge(tmp_path, reason) == CaseOutcome(
        "Test_Thing.py",
        "test_Get",
        "broken upstream",
        1.0,
        "DIRAC 9.1.22 has no getThing, neither in its services nor in its clients: the test is of another version",
    )


def test_a_client_that_calls_what_no_service_has_is_broken(tmp_path: Path, rss: Path) -> None:
    (rss / "Client" / "ThingClient.py").write_text("class ThingClient:\n    def getThing(self):\n        pass\n")
    outcome = judge(tmp_path, OVER_DIPS)
    assert outcome.outcome == "broken upstream"
    assert outcome.reason == "the client of DIRAC 9.1.22 calls getThing, which none of its services has"


def test_a_method_that_a_service_has_must_be_answered_by_the_stack(tmp_path: Path, rss: Path) -> None:
    (rss / "Service" / "Thing.py").write_text("class Thing:\n    def export_getThing(self):\n        pass\n")
    assert judge(tmp_path, OVER_HTTPS) == CaseOutcome("Test_Thing.py", "test_Get", "failed", 1.0, OVER_HTTPS)


def test_any_other_failure_stays_one(tmp_path: Path, rss: Path) -> None:
    assert judge(tmp_path, "AssertionError: Unauthorized query").outcome == "failed"
    assert judge(tmp_path, OVER_DIPS, "skipped").outcome == "skipped"
