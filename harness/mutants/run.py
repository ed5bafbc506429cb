"""Mutants one after the other: a commit, its build, the comparisons that a user would run, and the outcome."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.builds.environment import prepare_builds
from harness.comparison import Lane
from harness.errors import RssbenchError
from harness.mutant_scores import Detector, Finding, MutantOutcome, Step
from harness.mutants.all_mutants import RELEASE
from harness.mutants.detection import Builds, Detection
from harness.mutants.findings import failed
from harness.mutants.mutant import Mutant
from harness.mutants.outcomes_file import OutcomesFile
from harness.mutants.scoring import is_open, judged
from harness.selftest.changed_clone import branch_with, git, make_published_clone
from harness.store import new_directory

_CLONE = "DIRAC"
_SOURCES = "src"
#: in a line of progress
_MOST_NAMED = 3


@dataclass(frozen=True)
class MutantRun:
    """``both_lanes``: the paired lane even when the exact lane has decided, as a user's comparison does.

    The clone with a branch for each mutant is in the folder of the outcomes.
    """

    detection: Detection
    file: OutcomesFile
    cache_directory: Path
    progress: Callable[[str], None]
    both_lanes: bool = False

    def run(self, mutants: Sequence[Mutant]) -> None:
        """Those that have no outcome yet, failed, or were another commit then. One that fails is an outcome, and
        the next one follows."""
        known = {(one.mutant, one.commit) for one in self.file.read() if one.last.verdict != "failed"}
        clone = self._clone()
        for number, mutant in enumerate(mutants, 1):
            contender = branch_with(clone, mutant.name, f"{_SOURCES}/{mutant.file}", mutant.of)
            commit = git(clone, "rev-parse", mutant.name)
            if (mutant.name, commit) in known:
                continue
            self.progress(f"mutant {number} of {len(mutants)}: {mutant.name}")
            outcome = self._outcome(mutant, (f"{clone}@main", contender), commit)
            self.file.add(outcome)
            self.progress(_told(outcome))

    def _clone(self) -> Path:
        clone = self.file.directory / _CLONE
        if not clone.exists():
            self.progress(f"making a clone of the published sources of DIRAC {RELEASE}")
            make_published_clone(clone, (RELEASE,), self.cache_directory / "sources")
        return clone

    def _outcome(self, mutant: Mutant, names: tuple[str, str], commit: str) -> MutantOutcome:
        started_at, load_average = dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), os.getloadavg()[0]
        outcome = MutantOutcome(
            mutant=mutant.name,
            kind=mutant.kind,
            half=mutant.half,
            detector=mutant.detector,
            commit=commit,
            started_at=started_at,
            load_average=load_average,
            steps=tuple(self._steps(mutant, names)),
            found=False,
            right_operation=None,
            right_evidence=None,
        )
        return judged(mutant, outcome)

    def _steps(self, mutant: Mutant, names: tuple[str, str]) -> list[Step]:
        """The cheapest comparison first; the next one only when that leaves it open."""
        try:
            baseline, contender = prepare_builds(names, self.cache_directory, self.progress)
        except RssbenchError as error:
            return [Step(mutant.detector, "rssbench setup " + names[1], "", 0.0, failed(str(error)))]
        builds = (baseline, contender)
        if mutant.detector == "micro":
            command = self.detection.micro_command(builds, mutant.select)
            return [
                self._step(
                    mutant, "micro", command, lambda folder: self.detection.micro(builds, mutant.select, folder)
                )
            ]
        if mutant.detector == "policies":
            command = self.detection.policies_command(builds)
            return [
                self._step(mutant, "policies", command, lambda folder: self.detection.policies(builds, folder))
            ]
        if mutant.detector == "load":
            return [self._compare(mutant, builds, ("load",))]
        if self.both_lanes or mutant.detector == "paired":
            return [self._compare(mutant, builds, ("exact", "paired"))]
        steps = [self._compare(mutant, builds, ("exact",))]
        if is_open(steps[0].finding):
            steps.append(self._compare(mutant, builds, ("paired",)))
        return steps

    def _compare(self, mutant: Mutant, builds: Builds, lanes: tuple[Lane, ...]) -> Step:
        command = self.detection.compare_command(builds, lanes, mutant.front_door)
        return self._step(
            mutant,
            lanes[-1],
            command,
            lambda folder: self.detection.compare(builds, lanes, mutant.front_door, folder),
        )

    def _step(self, mutant: Mutant, detector: Detector, command: str, measure: Callable[[Path], Finding]) -> Step:
        folder = new_directory(self.file.directory, f"-{mutant.name}")
        began_s = time.monotonic()
        finding = measure(folder)
        return Step(detector, command, folder.name, time.monotonic() - began_s, finding)


def _told(outcome: MutantOutcome) -> str:
    last = outcome.last
    mark = "as deserved" if outcome.found else "NOT as deserved"
    start = f"{outcome.mutant} ({outcome.kind}): {last.verdict}, {mark}, {outcome.elapsed_s:.0f} s"
    return f"{start}: {last.told(_MOST_NAMED)}"
