"""One verdict over all comparisons of a night."""

from __future__ import annotations

import pytest

from harness.night import night_verdict
from tests.nightly.nights import compared


@pytest.mark.parametrize(
    ("outcomes", "problem", "verdict"),
    [
        (["same", "same"], None, "same"),
        (["same", "improvement"], None, "improvement"),
        (["inconclusive", "improvement"], None, "inconclusive"),
        (["failed", "inconclusive"], None, "failed"),
        (["failed", "regression"], None, "regression"),
        (["regression", "wrong"], None, "wrong"),
        (["same"], "interrupted", "failed"),
        (["regression"], "interrupted", "regression"),
        ([], "the package index cannot be asked", "failed"),
        ([], None, "nothing new"),
    ],
)
def test_the_verdict_of_a_night_is_the_worst_that_is_certain(
    outcomes: list[str], problem: str | None, verdict: str
) -> None:
    comparisons = [
        compared(status="incomplete", verdict="regression") if one == "failed" else compared(verdict=one)
        for one in outcomes
    ]
    assert night_verdict(comparisons, problem) == verdict
