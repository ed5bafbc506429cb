"""However a measurement ends, its file says how."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import StackError
from harness.store import COMPARISON

from .pairs import new_record


def test_it_is_complete_at_the_end_of_what_is_measured(tmp_path: Path) -> None:
    with new_record(tmp_path):
        pass
    kept = COMPARISON.read(tmp_path)
    assert (kept.status, kept.problems) == ("complete", ())


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (StackError("the service died"), "the service died"),
        (KeyboardInterrupt(), "interrupted"),
        (AssertionError(), "AssertionError"),
    ],
)
def test_it_is_incomplete_with_the_reason_when_something_ends_it(
    tmp_path: Path, error: BaseException, reason: str
) -> None:
    with pytest.raises(type(error)), new_record(tmp_path):
        raise error
    kept = COMPARISON.read(tmp_path)
    assert (kept.status, kept.problems) == ("incomplete", (reason,))
