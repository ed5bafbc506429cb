"""What the service of a job says and finds."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from bzt import ManualShutdown, TaurusConfigError
from bzt.engine import Service

from harness.taurus.failure import EXIT_FAILED, JobFailed
from harness.taurus.stack_service import RssStack, find_stack, reason_text


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (None, None),
        (KeyboardInterrupt(), "interrupted"),
        (KeyboardInterrupt("by hand"), "by hand"),
        (ManualShutdown(), "interrupted"),
        (JobFailed("the service died"), "the service died"),
        (ValueError(), "ValueError"),
    ],
)
def test_the_reason_of_an_end_is_never_empty_words(reason: BaseException | None, text: str | None) -> None:
    assert reason_text(reason) == text


def test_the_stack_of_a_job_is_found_among_its_services() -> None:
    stack = RssStack()
    assert find_stack(SimpleNamespace(services=[Service(), stack])) is stack


def test_a_job_without_a_stack_is_a_wrong_configuration() -> None:
    with pytest.raises(TaurusConfigError, match="services: rss-stack is missing"):
        find_stack(SimpleNamespace(services=[Service()]))


def test_a_failure_of_ours_has_an_exit_code_of_its_own() -> None:
    assert JobFailed("x").get_rc() == EXIT_FAILED == 4
