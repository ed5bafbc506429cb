"""What the tables of mutants say."""

from __future__ import annotations

import json

from harness.mutants.all_mutants import MUTANTS
from harness.mutants.scoring import scores
from reports.mutant_tables import CATALOGUE_FORMATS, SCORE_FORMATS
from tests.mutants.made_outcomes import outcome

BY_NAME = {mutant.name: mutant for mutant in MUTANTS}
RESULT = scores(
    "9.1.22",
    MUTANTS,
    [
        outcome(BY_NAME["tree-asks-per-element"], "regression", named=("Publisher.getTree",)),
        outcome(
            BY_NAME["select-commits"], "regression", named=tuple(f"ResourceStatus.select {n}" for n in range(5))
        ),
        outcome(BY_NAME["slow-import"], "same", reason="service_cpu +0.0 %, 20 pairs"),
        outcome(BY_NAME["comment-added"], "same"),
    ],
)


def test_rates_stand_with_their_intervals_and_aims() -> None:
    text = SCORE_FORMATS["text"](RESULT)
    (line,) = [one for one in text.splitlines() if one.startswith("slower or heavier ones found")]
    assert "2 of 3: 67% (21% to 94%)" in line
    assert line.endswith("at least 90%")
    (line,) = [one for one in text.splitlines() if one.startswith("alarms")]
    assert "0 of 1: 0%" in line
    assert line.endswith("none")


def test_survivors_stand_with_what_was_said_of_them() -> None:
    markdown = SCORE_FORMATS["markdown"](RESULT)
    assert "| slow-import | slower |" in markdown
    assert "service\\_cpu +0.0 %, 20 pairs" in markdown or "service_cpu +0.0 %, 20 pairs" in markdown


def test_of_many_operations_the_first_are_named() -> None:
    text = SCORE_FORMATS["text"](RESULT)
    assert "ResourceStatus.select 0; ResourceStatus.select 1; ResourceStatus.select 2; 2 more" in text


def test_json_has_everything() -> None:
    assert len(json.loads(SCORE_FORMATS["json"](RESULT))["scores"]) == 3


def test_the_catalogue_counts_its_kinds() -> None:
    text = CATALOGUE_FORMATS["text"](MUTANTS)
    assert text.startswith(f"{len(MUTANTS)} mutants of DIRAC 9.1.22: ")
    assert all(mutant.name in text for mutant in MUTANTS)
