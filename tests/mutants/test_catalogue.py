"""The catalogue is large enough, over all of the RSS, and speaks of what there is."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase

import pytest

from harness.measure.evaluations import COUNTED_CHOICES
from harness.measure.load_lane import DEFAULT_WORKLOAD
from harness.mutants.all_mutants import MUTANTS, chosen_mutants
from harness.mutants.mutant import Mutant
from scenarios.operations import OPERATIONS, STANDARD

EVALUATIONS = [
    f"{element}, {choice}"
    for element in ("Site", "ComputingElement", "StorageElement")
    for choice in COUNTED_CHOICES
]


def test_there_are_enough_of_each_kind_in_both_halves() -> None:
    kinds = Counter(mutant.kind for mutant in MUTANTS)
    assert kinds["heavier"] + kinds["slower"] >= 40
    assert kinds["unchanged"] >= 10
    assert kinds["faster"] >= 4
    assert kinds["wrong"] >= 4
    halves = Counter((mutant.half, mutant.kind) for mutant in MUTANTS)
    assert all(halves[half, kind] for half in ("tune", "score") for kind in kinds)


def test_they_are_over_all_services_front_doors_and_layers() -> None:
    named = " ".join(name for mutant in MUTANTS for name in mutant.names)
    assert all(service in named for service in ("ResourceStatus.", "ResourceManagement.", "Publisher."))
    assert {mutant.front_door for mutant in MUTANTS} == {"https", "dips"}
    assert {mutant.detector for mutant in MUTANTS} >= {"exact", "paired", "load", "micro", "policies"}
    assert {mutant.place for mutant in MUTANTS} >= {
        "SQLAlchemy base", "database class", "handler", "server", "transport", "client", "cache", "serialisation",
        "policy chain", "action", "import",
    }  # fmt: skip


def test_each_has_a_name_of_its_own() -> None:
    assert max(Counter(mutant.name for mutant in MUTANTS).values()) == 1


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_each_names_what_its_detector_can_name(mutant: Mutant) -> None:
    if mutant.kind == "unchanged":
        assert (mutant.names, mutant.within, mutant.evidence) == ((), (), None)
        return
    assert mutant.names
    assert mutant.evidence
    if mutant.detector == "micro":
        assert all("bench_" in pattern for pattern in mutant.names)
        assert mutant.select
        return
    if mutant.detector == "policies":
        known = EVALUATIONS
    elif mutant.detector == "load":
        known = [DEFAULT_WORKLOAD]
    else:
        # one that is timed on request only is there to show that it is not timed
        known = [one.name for one in (OPERATIONS if mutant.detector == "exact" else STANDARD)]
    unknown = [pattern for pattern in mutant.names if not any(fnmatchcase(name, pattern) for name in known)]
    assert not unknown or mutant.name == "sites-read-twice"


def test_choices_leave_what_fits_all_of_them() -> None:
    mistakes: list[str] = []
    assert chosen_mutants((), (), None, (), mistakes) == MUTANTS
    some = chosen_mutants(("pool-pings", "select-sleeps"), {"slower"}, None, {"paired"}, mistakes)
    assert [mutant.name for mutant in some] == ["select-sleeps"]
    halves = [chosen_mutants((), (), half, (), mistakes) for half in ("tune", "score")]
    assert sum(map(len, halves)) == len(MUTANTS)
    assert not mistakes


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    mistakes: list[str] = []
    assert chosen_mutants(("pool-ping",), (), None, (), mistakes) == ()
    assert mistakes == [
        "--mutant: there is no 'pool-ping'; `rssbench mutants --list` names them; did you mean 'pool-pings'?"
    ]
