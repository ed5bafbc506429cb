"""A self-test: what is missing is measured, then the figures are made of all that is on disk."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.selftest.evaluation import Evaluation
from harness.selftest.known_builds import KnownBuilds
from harness.selftest.pool import PoolStore
from harness.selftest.pool_recording import PoolRecording
from harness.selftest.record import SelftestRecord
from harness.selftest.slowdown import EQUAL, SLOWDOWNS, Slowdown
from harness.selftest.small_changes import SMALL_CHANGES
from harness.selftest.stall.stall_truth import Stall, measure_stall
from harness.selftest.whole_comparisons import WholeComparisons, exact_settings, whole_settings
from harness.selftest_result import Part, SelftestResult
from scenarios.operations import OPERATIONS

Progress = Callable[[str], None]

_STALL_PERIODS = 3


@dataclass(frozen=True)
class Wanted:
    """How much there is to be in all, what was measured earlier included. ``pairs`` and ``whole`` by slow-down;
    ``trials``: comparisons of equal builds drawn from the pool. ``deadline_s``: none is measured after it
    (time.monotonic())."""

    parts: tuple[Part, ...]
    pairs: Mapping[Slowdown, int]
    whole: Mapping[Slowdown, int]
    trials: int
    deadline_s: float = math.inf


class SelftestRun:
    """``check`` is called between trials, and raises when the run is to end."""

    def __init__(  # noqa: PLR0913  what is tested, where, and who is told
        self,
        record: SelftestRecord,
        wanted: Wanted,
        *,
        cache_directory: Path,
        stack_root: Path,
        progress: Progress,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        settings = record.result.settings
        self._record = record
        self._wanted = wanted
        self._settings = settings
        self._cache_directory = cache_directory
        self._stack_root = stack_root
        self._progress = progress
        self._check = check
        self._pool = PoolStore(record.directory / "pool", settings.operations)
        self._builds = KnownBuilds(record.directory / "DIRAC", settings.release, cache_directory, progress)

    def run(self) -> SelftestResult:
        """What was measured is on record however this ends. StackError when a stack failed."""
        if "pool" in self._wanted.parts:
            self._record_pool()
        self._compare_whole()
        if "exact" in self._wanted.parts:
            self._compare_exact()
        if "stall" in self._wanted.parts:
            self._stall()
        evaluation = Evaluation(
            self._record, cache_directory=self._cache_directory, progress=self._progress, check=self._check
        )
        evaluation.run(self._wanted.parts, self._wanted.trials)
        return self._record.result

    # measuring

    def _baseline(self) -> BuildEnvironment:
        baseline = self._builds.unchanged()
        self._record.built(baseline.identity)
        return baseline

    def _record_pool(self) -> None:
        wanted = {one: count for one, count in self._wanted.pairs.items() if count}
        baseline = self._baseline()
        recording = PoolRecording(
            baseline,
            self._builds.slowed(wanted),
            [one for one in OPERATIONS if one.name in self._settings.operations],
            self._pool,
            profile=PROFILES[self._settings.profile],
            seed=self._settings.seed,
            stack_root=self._stack_root,
            log_directory=self._record.directory / "stack",
            check=self._check,
        )
        with self._record.spending("pairs recorded for the pool", self._progress) as measured:
            added = recording.run(wanted, self._wanted.deadline_s, measured)
        if recording.database_version:
            environment = replace(self._record.result.environment, database_version=recording.database_version)
            self._record.update(environment=environment)
        if added:  # what was drawn from a smaller pool is no longer true of this one
            kept = tuple(one for one in self._record.result.figures if one.source != "pool")
            self._record.update(figures=kept, peers=())

    def _compare_whole(self) -> None:
        of_part = {"false-alarms": (EQUAL,), "power": SLOWDOWNS[1:]}
        asked = [one for part, slowdowns in of_part.items() if part in self._wanted.parts for one in slowdowns]
        wanted = {one: count for one, count in self._wanted.whole.items() if one in asked and count}
        if not wanted:
            return
        baseline = self._baseline()
        contenders = {one.name: build for one, build in self._builds.slowed(wanted).items()}
        with self._record.spending("whole comparisons", self._progress) as measured:
            comparisons = WholeComparisons(
                self._record.directory / "comparisons",
                whole_settings(self._settings),
                stack_root=self._stack_root,
                measured=measured,
                check=self._check,
            )
            by_name = {one.name: count for one, count in wanted.items()}
            comparisons.run(baseline, contenders, by_name, self._wanted.deadline_s)

    def _compare_exact(self) -> None:
        baseline = self._baseline()
        contenders = self._builds.changed(SMALL_CHANGES)
        with self._record.spending("changes that only counters show", self._progress) as add:
            comparisons = WholeComparisons(
                self._record.directory / "exact",
                exact_settings(self._settings),
                stack_root=self._stack_root,
                measured=add,
                check=self._check,
            )
            comparisons.run(baseline, contenders, dict.fromkeys(contenders, 1), self._wanted.deadline_s)

    def _stall(self) -> None:
        with self._record.spending("a service that stands still", self._progress) as measured:
            runs = measure_stall(Stall(), _STALL_PERIODS)
            measured(f"p99 {runs[0].p99_s * 1e3:.1f} ms where {runs[0].truth_s * 1e3:.0f} ms is true")
        self._record.update(stalls=(*self._record.result.stalls, *runs))
