"""The score counts what was found, rightly named and falsely reported, in both halves and together."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from harness.mutant_scores import MutantScores, Rate
from harness.mutants.all_mutants import MUTANTS
from harness.mutants.scoring import scores
from tests.mutants.made_outcomes import outcome

BY_NAME = {mutant.name: mutant for mutant in MUTANTS}
FOUND = outcome(BY_NAME["tree-asks-per-element"], "regression", named=("Publisher.getTree",))
MISNAMED = outcome(BY_NAME["pilots-without-key"], "regression", named=("Publisher.getTree",))
SURVIVED = outcome(BY_NAME["slow-import"], "same", reason="service_cpu +0.0%")
HARMLESS = outcome(BY_NAME["comment-added"], "inconclusive")
ALARM = outcome(BY_NAME["method-added"], "regression", named=("ResourceStatus.select log",))
FASTER = outcome(BY_NAME["tree-asks-once"], "improvement", named=("Publisher.getTree",))
WRONG = outcome(BY_NAME["tree-without-storage"], "improvement", named=("Publisher.getTree",))


def scored(*outcomes: object) -> MutantScores:
    return scores("9.1.22", MUTANTS, outcomes)  # type: ignore[arg-type]


def rate(result: MutantScores, what: str) -> Rate:
    (found,) = [one for one in result.scores[0].rates if what in one.what]
    return found


def test_each_rate_has_its_hits_and_its_trials() -> None:
    result = scored(FOUND, MISNAMED, SURVIVED, HARMLESS, ALARM, FASTER, WRONG)
    expected = {
        "slower or heavier ones found": (2, 3),
        "rssbench compare": (2, 3),
        "rssbench micro": (0, 0),
        "right operation": (1, 2),
        "right evidence": (2, 2),
        "alarms": (1, 2),
        "faster ones": (1, 1),
        "wrong ones": (0, 1),
    }
    assert {what: (rate(result, what).hits, rate(result, what).trials) for what in expected} == expected


def test_what_survived_is_named_with_what_was_said() -> None:
    survivors = {
        one.mutant: (one.verdict, one.reason) for one in scored(FOUND, SURVIVED, ALARM).scores[0].survivors
    }
    assert survivors == {
        "slow-import": ("same", "service_cpu +0.0%"),
        "method-added": ("regression", " of ResourceStatus.select log"),
    }


def test_the_halves_together_are_all() -> None:
    both, tune, score = scored(FOUND, SURVIVED, HARMLESS, WRONG).scores
    assert (both.half, tune.half, score.half) == (None, "tune", "score")
    assert [one.trials + other.trials for one, other in zip(tune.rates, score.rates, strict=True)] == [
        one.trials for one in both.rates
    ]
    assert len(tune.not_run) + len(score.not_run) == len(both.not_run) == len(MUTANTS) - 4


def test_an_outcome_is_judged_by_the_catalogue_as_it_is_now() -> None:
    stale = replace(MISNAMED, found=False, right_operation=True, kind="wrong")
    (now,) = scored(stale).outcomes
    assert (now.kind, now.found, now.right_operation) == ("heavier", True, False)


def test_the_latest_outcome_of_a_mutant_counts() -> None:
    again = outcome(BY_NAME["slow-import"], "regression", named=("all operations together",))
    assert rate(scored(SURVIVED, again), "ones found").hits == 1


@pytest.mark.parametrize(
    ("outcomes", "reached"),
    [
        ((FOUND, HARMLESS), True),
        ((FOUND, SURVIVED), False),
        ((FOUND, MISNAMED), False),
        ((FOUND, ALARM), False),
        ((), True),
    ],
)
def test_an_aim_is_missed_by_survivors_by_wrong_names_and_by_any_alarm(
    outcomes: tuple[object, ...], reached: bool
) -> None:
    assert scored(*outcomes).reaches_aims is reached
