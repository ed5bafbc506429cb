"""Outcomes are on disk as soon as they are there, whatever happens then."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import RssbenchError
from harness.mutants.all_mutants import MUTANTS
from harness.mutants.outcomes_file import OutcomesFile
from tests.mutants.made_outcomes import outcome

FIRST, SECOND = (outcome(mutant, "same") for mutant in MUTANTS[:2])


def test_what_was_added_is_read_in_its_order(tmp_path: Path) -> None:
    file = OutcomesFile(tmp_path)
    assert file.read() == []
    file.add(FIRST)
    file.add(SECOND)
    assert OutcomesFile(tmp_path).read() == [FIRST, SECOND]


def test_a_line_that_a_crash_cut_off_is_dropped_and_the_next_one_is_whole(tmp_path: Path) -> None:
    file = OutcomesFile(tmp_path)
    file.add(FIRST)
    with (tmp_path / "mutants.jsonl").open("ab") as stream:
        stream.write(b'{"mutant": "cut')
    assert file.read() == [FIRST]
    file.add(SECOND)
    assert file.read() == [FIRST, SECOND]


def test_a_line_that_is_no_outcome_is_named(tmp_path: Path) -> None:
    OutcomesFile(tmp_path).add(FIRST)
    with (tmp_path / "mutants.jsonl").open("ab") as stream:
        stream.write(b'{"mutant": 1}\n')
    with pytest.raises(RssbenchError, match=r"mutants\.jsonl, line 2 is no outcome of a mutant"):
        OutcomesFile(tmp_path).read()
