"""When a comparison of micro-benchmarks may stop before its budget."""

from __future__ import annotations

import pytest

from harness.compare.verdict import conclude
from harness.micro.comparing import is_clear
from harness.micro.observations import MicroObservations
from tests.micro.files import file
from tests.micro.test_observations import NAMES, observed


def test_it_stops_when_all_are_the_same_and_when_what_got_slower_has_a_name() -> None:
    assert is_clear(observed({}).judgements())
    assert is_clear(observed({"bench_c": 1.2}).judgements())


@pytest.mark.parametrize("pairs", [0, 3])
def test_it_goes_on_while_nothing_can_be_said(pairs: int) -> None:
    assert not is_clear(observed({"bench_c": 1.2}, pairs=pairs).judgements())


def test_what_is_slower_on_the_whole_does_not_end_it_before_single_ones_can_be_found() -> None:
    judgements = observed(dict.fromkeys(NAMES, 1.08), pairs=11).judgements()
    assert conclude(judgements).verdict == "regression"
    assert {one.verdict for one in judgements if one.operation} == {"inconclusive"}
    assert not is_clear(judgements)
    assert is_clear(observed(dict.fromkeys(NAMES, 1.08), pairs=30).judgements())


def test_a_wrong_answer_ends_it_at_once() -> None:
    observations = MicroObservations()
    observations.add(file({"a": 1.0, "b": 1.0}), file({"a": 1.0}, failed={"b": "it broke"}))
    assert is_clear(observations.judgements())
