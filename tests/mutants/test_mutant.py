"""A mutant says which file it cannot be made in and why, and which operations it concerns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.errors import BuildError
from harness.mutant_scores import TOGETHER
from harness.mutants.changes import Begin, Rename
from harness.mutants.mutant import Mutant

MUTANT = Mutant(
    "one-more",
    "heavier",
    "handler",
    "a query more",
    "DIRAC/A.py",
    (Begin("f", "pass"),),
    "exact",
    ("A.select *", "A.delete old"),
    ("B.*",),
)


def test_it_is_made_in_the_text_of_its_file() -> None:
    assert MUTANT.of("def f():\n    g()\n") == "def f():\n    pass\n    g()\n"


@pytest.mark.parametrize(
    ("mutant", "said"),
    [
        (MUTANT, "mutant one-more cannot be made in DIRAC/A.py: there is no f"),
        (
            replace(MUTANT, changes=(Begin("g", "if"),)),
            "mutant one-more cannot be made in DIRAC/A.py: invalid syntax",
        ),
        (replace(MUTANT, changes=(Rename("g", "x", "x"),)), "mutant one-more leaves DIRAC/A.py as it is"),
    ],
)
def test_what_cannot_be_made_names_mutant_file_and_place(mutant: Mutant, said: str) -> None:
    with pytest.raises(BuildError) as error:
        mutant.of("def g():\n    x = 1\n")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("named", "right"),
    [
        (["A.select one", "A.delete old"], True),
        (["A.select one", "A.select two", "A.delete old", "B.any", TOGETHER], True),
        (["A.select one"], False),
        (["A.select one", "A.delete old", "C.any"], False),
        ([TOGETHER], False),
        ([], False),
    ],
)
def test_one_of_each_pattern_must_be_named_and_none_beside_them(named: list[str], right: bool) -> None:
    assert MUTANT.names_rightly(named, TOGETHER) is right


@pytest.mark.parametrize(
    ("named", "right"), [([TOGETHER], True), (["A.x", "B.y"], True), (["A.x"], False), ([], False)]
)
def test_of_one_that_concerns_all_it_is_all_together_or_several(named: list[str], right: bool) -> None:
    assert replace(MUTANT, names=("*",)).names_rightly(named, TOGETHER) is right


def test_its_half_depends_on_its_name_alone() -> None:
    assert {replace(MUTANT, kind="wrong", names=()).half} == {MUTANT.half}
    assert {replace(MUTANT, name=f"mutant-{number}").half for number in range(20)} == {"tune", "score"}
