"""One night: the newest build, compared with the reference and with last night's, each in a run of its own.

Nothing is compared with figures of another day: last night's build is measured again, beside tonight's.
"""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from harness.builds.environment import prepare_build, prepare_builds
from harness.builds.newest import newest_build
from harness.builds.spec import DEFAULT_SET, parse_build
from harness.comparison import ComparisonResult
from harness.errors import RssbenchError, SettingsError
from harness.model import BuildIdentity
from harness.night import Against, Night, NightBuild, NightComparison, night_verdict
from harness.nightly.last_night import RUN_ENDING, earlier_builds
from harness.nightly.plan import last_build, plan_night, share_s
from harness.settings import Comparison, Job
from harness.store import new_directory, writing
from harness.taurus.comparison_job import ComparisonJob
from reports.comparison_verdict import verdict_line


@dataclass(frozen=True)
class Measured:
    """A comparison of the night, in its folder, with its report."""

    against: Against
    result: ComparisonResult
    report: Path


class NightlyRun:
    """What was measured until something failed is kept: :attr:`measured` and :meth:`night` tell it at any time."""

    def __init__(self, job: Job, progress: Callable[[str], None], check: Callable[[], None]) -> None:
        """``check`` is called between pairs, and raises when the run is to end."""
        self._job = job
        self._settings = job.nightly
        self._progress = progress
        self._check = check
        self._began = datetime.now().astimezone()
        self._began_s = time.monotonic()
        self._build: BuildIdentity | None = None
        self._remarks: list[str] = []
        self._problem: str | None = None
        self.measured: list[Measured] = []

    def run(self) -> None:
        """Measure. SettingsError for what is not there; all else that fails is the problem of the night."""
        try:
            with writing(self._settings.results):
                self._settings.results.mkdir(parents=True, exist_ok=True)
            self._run()
        except KeyboardInterrupt:
            self._problem = "interrupted"
        except SettingsError:
            raise
        except RssbenchError as error:
            self._problem = str(error)

    def night(self) -> Night:
        """All of it so far."""
        comparisons = tuple(
            NightComparison(
                one.against,
                NightBuild.of(one.result.baseline),
                one.result.run_id,
                one.result.status,
                one.result.verdict,
                verdict_line(one.result),
            )
            for one in self.measured
            if one.result.baseline
        )
        return Night(
            night_id=self._began.strftime("%Y-%m-%d_%H-%M-%S.%f"),
            started_at=self._began.isoformat(timespec="seconds"),
            duration_s=time.monotonic() - self._began_s,
            verdict=night_verdict(comparisons, self._problem),
            build=NightBuild.of(self._build) if self._build else None,
            comparisons=comparisons,
            remarks=tuple(self._remarks),
            problem=self._problem,
        )

    def _run(self) -> None:
        settings, cache = self._settings, self._job.cache_folder
        name = newest_build(settings.sources, settings.branch, cache, self._progress)
        self._progress(f"tonight's build: {name}")
        names = (settings.reference, self._with_set(name))
        reference, tonight = prepare_builds(names, cache, self._progress)
        self._build = tonight.identity
        plan = plan_night(reference.identity, tonight.identity, self._last_night(name))
        self._remarks += plan.remarks
        deadline_s = time.monotonic() + settings.budget_s
        for place, (against, baseline) in enumerate(plan.baselines):
            budget_s = share_s(deadline_s - time.monotonic(), plan.baselines[place:])
            builds = (baseline.name, tonight.identity.name)
            runtimes = (self._job.runtime, self._job.runtime)
            wanted = Comparison(*builds, budget_s, settings.lanes, settings.front_doors, runtimes)
            self._compare(against, wanted)

    def _with_set(self, name: str) -> str:
        """With the packages that the reference gets: two builds differ in DIRAC's own code only."""
        chosen = parse_build(self._settings.reference).dependency_set
        return name if chosen == DEFAULT_SET else f"{name}:{chosen}"

    def _last_night(self, tonight: str) -> BuildIdentity | None:
        """The build of the last night that came to its end, installed again if need be; None, and a remark, when
        there is none or it cannot be had."""
        try:
            earlier = earlier_builds(self._settings.results, os.environ, self._progress)
        except RssbenchError as error:
            self._remarks.append(f"last night's build is not known: {error}")
            return None
        last = last_build(earlier, tonight)
        if last is None:
            self._remarks.append("no earlier night is known: compared with the reference only")
            return None
        try:
            return prepare_build(self._with_set(last), self._job.cache_folder, self._progress).identity
        except RssbenchError as error:
            first_line = str(error).partition("\n")[0]
            self._remarks.append(f"last night's build {last} cannot be had any more: {first_line}")
            return None

    def _compare(self, against: Against, wanted: Comparison) -> None:
        self._progress(f"against {against}: {wanted.baseline} -> {wanted.contender}, {wanted.budget_s:.0f} s")
        directory = new_directory(self._settings.results, RUN_ENDING)
        command = shlex.join(self._again(wanted))
        comparison = ComparisonJob(self._job, wanted, directory, command, self._progress, self._check)
        try:
            comparison.run()
        except RssbenchError as error:
            self._progress(str(error))
        finally:
            report = comparison.write_report()
            self.measured.append(Measured(against, comparison.record.result, report))

    def _again(self, wanted: Comparison) -> list[str]:
        """The command that compares the same two builds on another day."""
        options = {
            "--profile": self._job.profile,
            "--seed": str(self._job.seed),
            "--budget": f"{wanted.budget_s:.0f}s",
            "--results": str(self._settings.results),
        }
        lanes = [part for lane in wanted.lanes for part in ("--lane", lane)]
        given = [part for option in options.items() for part in option]
        return ["rssbench", "compare", wanted.baseline, wanted.contender, *lanes, *given]
