from typing import Any

import msgspec
import pytest

from reports.wording import OUTCOMES, clocks_text, load_text, reasons, remarks
from scenarios.remote.record import RemoteWorker
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


def remote(number: int, host: str = "a", error_s: float | None = 0.0002, **changes: Any) -> RemoteWorker:
    clocks = {"clock_difference_s": 12.5, "clock_change_s": -0.00003, "clock_error_s": error_s} | changes
    return RemoteWorker(number=number, name=f"{host}/{number}", host=host, samples=7, **clocks)


def test_how_well_remote_clocks_are_known_is_told_by_the_worst_of_them() -> None:
    assert clocks_text(()) is None
    workers = (remote(0), remote(1, "b", 0.0004, clock_difference_s=-5000.0))
    assert clocks_text(workers) == (
        "2 remote workers on 2 machines; clocks up to 5000.000000 s from this machine's, moved by at most 0.030 "
        "ms meanwhile, known to ±0.400 ms"
    )


def test_clocks_that_could_not_be_read_are_no_zero() -> None:
    unread = remote(1, error_s=None, clock_difference_s=None, clock_change_s=None)
    assert clocks_text((remote(0), unread)) == (
        "2 remote workers on 1 machine, whose clocks could not all be read"
    )
