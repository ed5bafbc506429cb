from typing import Any

import msgspec
import pytest

from reports.wording import OUTCOMES, load_text, reasons, remarks
from scenarios.samples import Outcome
from tests.reports.synthetic_run import load_of, make_samples, operation_result, run_result, trial_result

LOAD = load_of(make_samples(1, 4_200))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"workers": 4},
            (
                "10 users, 200.0 requests/s with Poisson arrivals, ramp-up 1 s, hold 20 s, "
                "keep-alive connections, 4 generator workers"
            ),
        ),
        (
            {"throughput_per_s": None, "hold_for_s": None, "ramp_up_s": 0.0, "iterations": 1, "workers": 1},
            "10 users, back to back, 1 iteration, keep-alive connections, 1 generator worker",
        ),
        (
            {"steps": 5, "connection": "per-call", "arrivals": "constant"},
            (
                "10 users, 200.0 requests/s with constant arrivals, ramp-up 1 s in 5 steps, hold 20 s, "
                "one connection per call, 2 generator workers"
            ),
        ),
    ],
)
def test_a_load_is_told_in_one_sentence(changes: dict[str, Any], text: str) -> None:
    load = msgspec.structs.replace(LOAD, hold_for_s=20.0)
    assert load_text(msgspec.structs.replace(load, **changes)) == text


def test_every_outcome_that_is_an_error_has_words() -> None:
    assert set(OUTCOMES) == {outcome.name for outcome in Outcome} - {"ok"}


def test_reasons_are_of_what_did_not_pass_and_remarks_of_what_did() -> None:
    operation = operation_result("Publisher.getTree")
    run = run_result(
        trial_result("1-a", operation, problems=("a remark",)),
        trial_result("2-b", operation, status="failed", problems=("a reason", "interrupted")),
        status="incomplete",
        problems=("interrupted",),
    )
    assert reasons(run) == ["interrupted", "2-b: a reason"]
    assert remarks(run) == ["1-a: a remark"]
