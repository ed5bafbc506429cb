"""A bisection: both ends compared, then builds between them until it is known which one was the first bad one."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from harness.bisection import BisectResult, SkippedBuild, TriedBuild
from harness.builds.environment import BuildEnvironment
from harness.compare.bisect import Search
from harness.compare.symptom import symptoms_of
from harness.comparison import ComparisonResult, ComparisonSettings
from harness.errors import BuildError, NotComparableError, StackError
from harness.measure.bisect_record import BisectRecord
from harness.measure.comparison_record import ComparisonRecord
from harness.measure.comparison_run import ComparisonRun, Progress
from harness.measure.symptom_lane import SymptomLane, SymptomSeen
from harness.stats.paired import hodges_lehmann, signed_rank_interval
from harness.store import COMPARISON

#: Of the time that there is, what the comparison of both ends may take.
ENDS_SHARE = 0.4

Prepare = Callable[[str], BuildEnvironment]


class BisectRun:
    """``record`` may hold what an earlier, interrupted run found. ``prepare`` installs a build by its name;
    ``compared`` is what the comparison of both ends is to be, but for its budget."""

    def __init__(  # noqa: PLR0913  what is searched, and where
        self,
        record: BisectRecord,
        ends: tuple[BuildEnvironment, BuildEnvironment],
        compared: ComparisonSettings,
        *,
        prepare: Prepare,
        stack_root: Path,
        progress: Progress,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """``check`` is called between pairs, and raises when the run is to end."""
        self._record = record
        self._ends = ends
        self._compared = compared
        self._prepare = prepare
        self._stack_root = stack_root
        self._progress = progress
        self._check = check
        self._builds = record.result.builds
        settings = record.result.settings
        self._deadline_s = time.monotonic() + settings.budget_s
        self._search = Search(len(self._builds) - 1, settings.confidence_ratio)
        self._search.skipped = {one.position for one in record.result.skipped}
        self._controls: dict[int, tuple[float, ...]] = {}
        self._tried: dict[int, TriedBuild] = {one.position: one for one in record.result.tried}

    def run(self) -> BisectResult:
        """Compare, search, and keep what is known after every step, however this ends. RssbenchError when the
        harness, or the good end, failed."""
        with self._record:
            self._find()
        return self._record.result

    def _find(self) -> None:
        self._record.update(good=self._ends[0].identity, bad=self._ends[1].identity)
        comparison = self._compare_ends()
        symptoms = symptoms_of(comparison, self._record.result.settings.metric)
        self._record.update(
            verdict=comparison.verdict,
            symptom=symptoms[0] if symptoms else None,
            other_symptoms=symptoms[1:],
            environment=comparison.environment,
        )
        if not symptoms:
            self._record.update(
                outcome="inconclusive" if comparison.verdict == "inconclusive" else "no regression"
            )
            return
        lane = SymptomLane(
            self._ends[0],
            symptoms[0],
            comparison.settings,
            self._record.result.command,
            self._stack_root,
            self._progress,
            self._check,
        )
        if self._confirm(lane, comparison):
            self._load(lane)
            while (position := self._search.next_build()) is not None and self._left_s() > 0:
                if not self._visit(lane, position):
                    break
            self._conclude()

    def _compare_ends(self) -> ComparisonResult:
        """With all that was asked for, so that it is clear what is searched for; unless it was done before."""
        directory = self._record.directory / self._record.result.comparison_folder
        identities = (self._ends[0].identity, self._ends[1].identity)
        settings = replace(self._compared, budget_s=ENDS_SHARE * self._left_s())
        if COMPARISON.stands_in(directory):
            earlier = COMPARISON.read(directory)
            if earlier.status == "complete":
                return earlier
            record = ComparisonRecord.continued(directory, settings=settings, builds=identities)
        else:
            directory.mkdir(parents=True, exist_ok=True)
            command = self._record.result.command
            record = ComparisonRecord.new(directory, command=command, settings=settings, builds=identities)
        self._progress(f"comparing both ends of {len(self._builds) - 1} builds")
        return ComparisonRun(
            self._ends, record, stack_root=self._stack_root, progress=self._progress, check=self._check
        ).run()

    def _confirm(self, lane: SymptomLane, comparison: ComparisonResult) -> bool:
        """Whether the bad end is bad when the symptom alone is looked at, which is what the search will do.

        A counter is certain. What was measured of nothing else already is not measured again.
        """
        last = self._search.last
        if lane.symptom.lane == "exact":
            seen = SymptomSeen(is_bad=True, count=round(lane.symptom.bad_value))
            self._keep(last, self._record.result.comparison_folder, seen)
            return True
        same = lane.settings_of_step(0.0, last).operations == comparison.settings.operations
        folder = self._record.result.comparison_folder if same else self._folder(last)
        directory = self._record.directory / folder
        if not same and last not in self._tried:
            self._progress(f"the bad end once more, of {lane.symptom.operation} alone")
            lane.look(self._ends[1], directory, position=last, budget_s=self._left_s() / 2, enough=None)
        self._keep(last, folder, lane.kept(directory))
        self._record.update(tried=tuple(self._tried.values()), outcome="inconclusive")
        return bool(symptoms_of(COMPARISON.read(directory), lane.symptom.metric))

    def _load(self, lane: SymptomLane) -> None:
        """What an earlier run, which was interrupted, has seen of other builds."""
        for one in list(self._tried.values()):
            if one.position != self._search.last:
                self._keep(one.position, one.folder, lane.kept(self._record.directory / one.folder))

    def _visit(self, lane: SymptomLane, position: int) -> bool:
        """Look at a build, or skip it; False when there was no time left to see anything."""
        build, folder = self._builds[position], self._folder(position)
        so_far = f"{len(self._tried)} tried, {len(self._search.skipped)} skipped"
        self._progress(f"build {position} of {self._search.last} ({so_far}): {build.name} {build.subject or ''}")
        try:
            environment = self._prepare(build.name)
            directory, left_s = self._record.directory / folder, max(1.0, self._left_s())
            enough = partial(self._search.is_enough, position)
            seen = lane.look(environment, directory, position=position, budget_s=left_s, enough=enough)
        except (BuildError, NotComparableError, StackError) as error:
            self._check()
            self._progress(f"skipped: {error}")
            self._search.skipped.add(position)
            skipped = SkippedBuild(position, str(error))
            self._record.update(skipped=(*self._record.result.skipped, skipped))
            return True
        if seen == SymptomSeen():
            return False
        self._keep(position, folder, seen)
        self._conclude()
        return True

    def _keep(self, position: int, folder: str, seen: SymptomSeen) -> None:
        if seen.is_bad is not None:
            self._search.is_bad[position] = seen.is_bad
        else:
            self._search.log_ratios[position] = seen.log_ratios
            self._controls[position] = seen.control
            self._search.log_ratios[0] = tuple(chain.from_iterable(self._controls.values()))
        interval = signed_rank_interval(seen.log_ratios) if seen.log_ratios else None
        self._tried[position] = TriedBuild(
            position=position,
            folder=folder,
            bad_probability=None,
            value=seen.count,
            ratio=math.exp(hodges_lehmann(seen.log_ratios)) if seen.log_ratios else None,
            interval_ratio=interval and (math.exp(interval[0]), math.exp(interval[1])),
            pairs=len(seen.log_ratios),
        )

    def _conclude(self) -> None:
        """What is known by now, on record."""
        probabilities = self._search.probabilities()
        bad = np.cumsum(probabilities)
        suspects = self._search.suspects()
        self._tried = {
            position: replace(one, bad_probability=float(min(1.0, bad[position])))
            for position, one in sorted(self._tried.items())
        }
        self._record.update(
            outcome="found" if self._search.found() is not None else "inconclusive",
            tried=tuple(self._tried.values()),
            suspects=tuple(suspects),
            probability=float(min(1.0, probabilities[suspects.start : suspects.stop].sum())),
        )

    def _folder(self, position: int) -> str:
        """Below that of the bisection: its place, and the commit or release."""
        build = self._builds[position]
        label = build.commit[:12] if build.commit else re.sub(r"[^\w.]+", "-", build.name)[-60:]
        return f"builds/{position:04d}-{label}"

    def _left_s(self) -> float:
        return self._deadline_s - time.monotonic()
