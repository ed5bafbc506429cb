"""Comparisons from beginning to end, as `rssbench compare` makes them, each kept with its pairs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace

from harness.builds.environment import BuildEnvironment
from harness.comparison import ComparisonResult, ComparisonSettings
from harness.errors import RssbenchError
from harness.measure.comparison_record import ComparisonRecord
from harness.measure.comparison_run import ComparisonRun
from harness.measure.load_lane import default_scenario
from harness.selftest.schedule import next_of
from harness.selftest_result import SelftestSettings
from harness.store import COMPARISON, writing
from scenarios.operations import OPERATIONS

#: After so many failures in a row the machine, not a comparison, is at fault.
_MOST_FAILURES = 3

#: More than anyone measures: comparisons of two seeds share none.
_SEEDS = 10_000


def whole_settings(settings: SelftestSettings) -> ComparisonSettings:
    """What `rssbench compare` does without further options, or with one operation."""
    timed = settings.operations
    return ComparisonSettings(
        lanes=settings.lanes,
        operations=timed if len(timed) == 1 else tuple(one.name for one in OPERATIONS),
        timed=timed,
        profile=settings.profile,
        seed=settings.seed,
        budget_s=settings.budget_s,
        scenarios=(default_scenario(),) if "load" in settings.lanes else (),
    )


def exact_settings(settings: SelftestSettings) -> ComparisonSettings:
    """Every operation, counted only."""
    operations = tuple(one.name for one in OPERATIONS)
    return replace(whole_settings(settings), lanes=("exact",), operations=operations, timed=(), scenarios=())


def read_whole(directory: Path) -> dict[str, list[ComparisonResult]]:
    """Those that came to their end, by the name of what was changed, in the order of measuring.

    RssbenchError when a file holds something else.
    """
    found: dict[str, list[ComparisonResult]] = {}
    for file in sorted(directory.glob(f"*/*/{COMPARISON.file}")):
        result = COMPARISON.read(file.parent)
        if result.status == "complete":
            found.setdefault(file.parent.parent.name, []).append(result)
    return found


class WholeComparisons:
    """Below ``directory`` each has a folder by the name of what was changed and a number that goes through all.

    ``settings`` are those of each, but for the seed, which follows from theirs and the number."""

    def __init__(
        self,
        directory: Path,
        settings: ComparisonSettings,
        *,
        stack_root: Path,
        measured: Callable[[str], None],
        check: Callable[[], None],
    ) -> None:
        """``measured`` is called with a line of progress after each, ``check`` between pairs: either may raise."""
        self._directory = directory
        self._settings = settings
        self._stack_root = stack_root
        self._measured = measured
        self._check = check

    def run(
        self,
        baseline: BuildEnvironment,
        contenders: Mapping[str, BuildEnvironment],
        wanted: Mapping[str, int],
        deadline_s: float,
    ) -> int:
        """Compare until there are as many of each as wanted, or none may begin any more (time.monotonic()); how
        many were added. One that fails is reported, and another takes its place. RssbenchError when many do."""
        there = read_whole(self._directory)
        missing = {name: count - len(there.get(name, ())) for name, count in wanted.items()}
        number, added, failures = len(list(self._directory.glob("*/*/"))), 0, 0
        while (name := next_of(self._settings.seed, number + 1, missing)) and time.monotonic() < deadline_s:
            number += 1
            try:
                result = self._compare(
                    baseline, contenders[name], number, self._directory / name / f"{number:04d}"
                )
            except RssbenchError as error:
                failures += 1
                self._measured(f"comparison {number}, {name}, failed: {error}")
                if failures >= _MOST_FAILURES:
                    raise
                continue
            missing[name] -= 1
            failures, added = 0, added + 1
            left = sum(count for count in missing.values() if count > 0)
            self._measured(
                f"comparison {number}, {name}: {result.verdict}, {result.duration_s:.0f} s, {left} to go"
            )
        return added

    def _compare(
        self, baseline: BuildEnvironment, contender: BuildEnvironment, number: int, directory: Path
    ) -> ComparisonResult:
        with writing(directory):
            directory.mkdir(parents=True)
        builds = (baseline, contender)
        record = ComparisonRecord.new(
            directory,
            command=f"rssbench compare {baseline.identity.name} {contender.identity.name}",
            settings=replace(self._settings, seed=self._settings.seed * _SEEDS + number),
            builds=(baseline.identity, contender.identity),
        )
        run = ComparisonRun(
            builds, record, stack_root=self._stack_root, progress=lambda _line: None, check=self._check
        )
        return run.run()
