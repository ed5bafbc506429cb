"""Mutants one after the other: which comparisons are run, when no more are, and how a run goes on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import BuildError
from harness.mutant_scores import Finding
from harness.mutants import run as run_module
from harness.mutants.changes import Top
from harness.mutants.findings import failed
from harness.mutants.mutant import Mutant
from harness.mutants.outcomes_file import OutcomesFile
from harness.mutants.run import MutantRun
from harness.selftest.changed_clone import git
from tests.dirac_sources import make_small_clone

SAME = Finding("same", (), (), "nothing")
SLOWER = Finding("regression", ("ResourceStatus.select by name",), ("statements",), "")


def mutant(name: str, **changes: Any) -> Mutant:
    base = Mutant(
        name,
        "heavier",
        "handler",
        "a query more",
        "DIRAC/__init__.py",
        (Top(f"name = {name!r}"),),
        "exact",
        ("ResourceStatus.select by name",),
        (),
        "statements",
    )
    return replace(base, **changes)


@dataclass
class Detecting:
    """Says what it is told to, one comparison after the other."""

    says: list[Finding]
    asked: list[Any] = field(default_factory=list)

    def compare(self, builds: Any, lanes: Any, front_door: Any, directory: Path) -> Finding:
        self.asked.append((builds[1].rpartition("@")[2], *lanes, front_door))
        return self._next(directory)

    def micro(self, builds: Any, select: str, directory: Path) -> Finding:
        self.asked.append((builds[1].rpartition("@")[2], "micro", select))
        return self._next(directory)

    def policies(self, builds: Any, directory: Path) -> Finding:
        self.asked.append((builds[1].rpartition("@")[2], "policies"))
        return self._next(directory)

    def _next(self, directory: Path) -> Finding:
        assert directory.is_dir()
        return self.says.pop(0)

    def compare_command(self, builds: Any, lanes: Any, front_door: Any) -> str:
        return f"rssbench compare {' '.join(builds)} {' '.join(lanes)} {front_door}"

    def micro_command(self, builds: Any, select: str) -> str:
        return f"rssbench micro {' '.join(builds)} {select}"

    def policies_command(self, builds: Any) -> str:
        return f"rssbench policies {' '.join(builds)}"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OutcomesFile:
    """In a folder that has the clone already; builds are known by their names alone."""
    clone = make_small_clone(tmp_path / "DIRAC")
    (clone / "src" / "DIRAC" / "__init__.py").write_text("import os\n")
    git(clone, "commit", "--quiet", "--all", "--message=imports")
    monkeypatch.setattr(run_module, "prepare_builds", lambda names, *_arguments: list(names))
    return OutcomesFile(tmp_path)


def run(file: OutcomesFile, detecting: Detecting, *mutants: Mutant, both_lanes: bool = False) -> None:
    one = MutantRun(detecting, file, Path("/nowhere"), lambda _line: None, both_lanes=both_lanes)  # type: ignore[arg-type]
    one.run(mutants)


def test_the_exact_lane_alone_decides_where_it_can(file: OutcomesFile) -> None:
    detecting = Detecting([SLOWER])
    run(file, detecting, mutant("one"))
    assert detecting.asked == [("one", "exact", "https")]
    (outcome,) = file.read()
    assert (outcome.found, outcome.right_operation, outcome.right_evidence) == (True, True, True)
    assert git(file.directory / "DIRAC", "show", "one:src/DIRAC/__init__.py") == "import os\nname = 'one'"
    assert outcome.commit == git(file.directory / "DIRAC", "rev-parse", "one")
    assert outcome.steps[0].command.endswith(f"DIRAC@main {file.directory}/DIRAC@one exact https")


def test_the_paired_lane_follows_when_the_exact_lane_leaves_it_open(file: OutcomesFile) -> None:
    detecting = Detecting([SAME, SLOWER])
    run(file, detecting, mutant("one"))
    assert detecting.asked == [("one", "exact", "https"), ("one", "paired", "https")]
    (outcome,) = file.read()
    assert outcome.found
    assert [step.finding for step in outcome.steps] == [SAME, SLOWER]


@pytest.mark.parametrize(
    ("one", "both_lanes", "asked"),
    [
        (mutant("one", detector="paired", front_door="dips"), False, ("one", "exact", "paired", "dips")),
        (mutant("one"), True, ("one", "exact", "paired", "https")),
        (mutant("one", detector="load"), False, ("one", "load", "https")),
        (mutant("one", detector="micro", select="bench_hit"), False, ("one", "micro", "bench_hit")),
        (mutant("one", detector="policies"), False, ("one", "policies")),
    ],
)
def test_each_is_shown_to_what_a_user_would_run(
    file: OutcomesFile, one: Mutant, both_lanes: bool, asked: tuple[str, ...]
) -> None:
    detecting = Detecting([SAME])
    run(file, detecting, one, both_lanes=both_lanes)
    assert detecting.asked == [asked]
    assert not file.read()[0].found


def test_a_run_goes_on_where_it_ended(file: OutcomesFile) -> None:
    run(file, Detecting([SLOWER]), mutant("one"))
    detecting = Detecting([SLOWER])
    run(file, detecting, mutant("one"), mutant("two"))
    assert [asked[0] for asked in detecting.asked] == ["two"]
    assert [outcome.mutant for outcome in file.read()] == ["one", "two"]


def test_what_failed_is_measured_again(file: OutcomesFile) -> None:
    run(file, Detecting([failed("no disk")]), mutant("one"))
    run(file, Detecting([SLOWER]), mutant("one"))
    assert [outcome.last.verdict for outcome in file.read()] == ["failed", "regression"]


def test_a_mutant_that_is_another_commit_now_is_measured_again(file: OutcomesFile) -> None:
    run(file, Detecting([SAME, SAME]), mutant("one"))
    run(file, Detecting([SLOWER]), mutant("one", changes=(Top("better = 1"),)))
    assert [outcome.found for outcome in file.read()] == [False, True]


def test_a_build_that_cannot_be_made_is_an_outcome_and_the_next_one_follows(
    file: OutcomesFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(names: tuple[str, str], *_arguments: object) -> list[str]:
        if names[1].endswith("@one"):
            raise BuildError("step 'import DIRAC' failed")
        return list(names)

    monkeypatch.setattr(run_module, "prepare_builds", prepare)
    run(file, Detecting([SLOWER]), mutant("one"), mutant("two"))
    one, two = file.read()
    assert (one.last.verdict, one.last.reason, one.found) == ("failed", "step 'import DIRAC' failed", False)
    assert two.found


def test_a_wrong_name_is_not_the_right_one(file: OutcomesFile) -> None:
    run(file, Detecting([SLOWER]), mutant("one", names=("Publisher.*",), evidence="bytes"))
    (outcome,) = file.read()
    assert (outcome.found, outcome.right_operation, outcome.right_evidence) == (True, False, False)
