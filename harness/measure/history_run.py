"""A history of builds, one after the other on one record: each counted by itself, timed beside the reference."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace

from harness.builds.environment import BuildEnvironment
from harness.comparison import ComparisonResult, ComparisonSettings, Judgement
from harness.dataset.profiles import PROFILES
from harness.errors import RssbenchError, StackError
from harness.history import HistoryBuild, HistoryResult
from harness.measure.comparison_record import ComparisonRecord
from harness.measure.comparison_run import ComparisonRun
from harness.measure.evaluations import count_evaluations
from harness.measure.history_record import HistoryRecord
from harness.measure.policy_bench import bench_on
from harness.micro_comparison import MicroComparison
from harness.model import BuildIdentity, DataSet
from harness.stack.starting import start_stack
from harness.store import COMPARISON

Progress = Callable[[str], None]
Builds = tuple[BuildEnvironment, BuildEnvironment]

#: Compares look-ups in the client's cache of reference and build: ``look_ups(builds, folder, budget_s)``.
LookUps = Callable[[Builds, Path, float], MicroComparison]

#: Of the time that a build has left after its evaluations are counted, what look-ups in the client's cache get.
LOOK_UP_SHARE = 0.2

#: What is counted of every type of element: policies alone, and what an agent does in a round without changes.
COUNTED_CHOICES = ("none", "Active")

COMPARISONS, LOOK_UPS = "comparisons", "look-ups"


class HistoryRun:
    """``environments``: of every build that installs, by name. ``record`` may hold what an earlier, interrupted
    run measured."""

    def __init__(  # noqa: PLR0913  what is measured, where, and who is told
        self,
        environments: Mapping[str, BuildEnvironment],
        record: HistoryRecord,
        look_ups: LookUps,
        *,
        stack_root: Path,
        progress: Progress,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """``check`` is called between pairs, and raises when the run is to end."""
        self._environments = environments
        self._record = record
        self._settings = record.result.settings
        self._look_ups = look_ups
        self._stack_root = stack_root
        self._progress = progress
        self._check = check

    def run(self) -> HistoryResult:
        """Measure all that is not finished. What was measured is on record however this ends; RssbenchError when
        the reference does not start. A build that fails is named in the result, and the others go on."""
        deadline_s = time.monotonic() + self._settings.budget_s
        reference = self._record.build(self._settings.reference)
        with self._record:
            self._count(reference)
            left = [
                build
                for build in self._record.result.builds
                if build.name in self._environments and build.name != reference.name and not build.finished
            ]
            for place, build in enumerate(left):
                now_s = time.monotonic()
                self._measure(build, now_s + max(0.0, deadline_s - now_s) / (len(left) - place))
        return self._record.result

    def _count(self, reference: HistoryBuild) -> None:
        if reference.finished:
            return
        try:
            counted = self._with_evaluations(reference)
        except StackError as error:
            raise RssbenchError(
                f"the reference {reference.name} does not start, so nothing can be measured beside it: {error}"
            ) from error
        self._record.put(replace(counted, finished=True))

    def _measure(self, build: HistoryBuild, deadline_s: float) -> None:
        self._progress(f"{build.name}: {max(0.0, deadline_s - time.monotonic()):.0f} s beside {self._reference}")
        try:
            build = self._with_evaluations(build)
        except StackError as error:
            self._record.put(replace(build, problems=(f"does not start: {error}",)))
            return
        self._record.put(build)
        is_last = "operations" not in self._settings.parts
        look_up_s = (1.0 if is_last else LOOK_UP_SHARE) * max(0.0, deadline_s - time.monotonic())
        build = self._with_look_ups(build, look_up_s)
        self._record.put(replace(build, finished=is_last))
        if not is_last:
            self._compare(build, max(0.0, deadline_s - time.monotonic()))

    @property
    def _reference(self) -> str:
        return self._settings.reference

    def _pair(self, build: HistoryBuild) -> tuple[Builds, tuple[BuildIdentity, BuildIdentity]]:
        baseline, contender = self._environments[self._reference], self._environments[build.name]
        return (baseline, contender), (baseline.identity, contender.identity)

    def _folder(self, part: str, build: HistoryBuild) -> Path:
        """A folder of its own for a part of a build: the place in the history, and the version."""
        place = [one.name for one in self._record.result.builds].index(build.name) + 1
        version = build.identity.dirac_version if build.identity else "unknown"
        return self._record.directory / part / f"{place:03d}-{version}"

    def _with_evaluations(self, build: HistoryBuild) -> HistoryBuild:
        """StackError when its stack does not start; what fails later is noted."""
        self._check()
        if build.evaluations or "evaluations" not in self._settings.parts:
            return build
        self._progress(f"{build.name}: counting evaluations of a site, a computing and a storage element")
        environment = self._environments[build.name]
        with start_stack(
            environment,
            profile=PROFILES[self._settings.profile],
            seed=self._settings.seed,
            stack_root=self._stack_root,
            log_directory=self._folder("logs", build),
            front_doors=(self._settings.front_door,),
        ) as stack:
            self._note_data_set(stack.data_set, stack.database_version)
            try:
                with bench_on(environment, stack) as bench:
                    return replace(build, evaluations=count_evaluations(bench, COUNTED_CHOICES))
            except StackError as error:
                return _noting(build, f"evaluations were not counted: {error}")

    def _with_look_ups(self, build: HistoryBuild, budget_s: float) -> HistoryBuild:
        if build.look_ups or "look-ups" not in self._settings.parts:
            return build
        folder = self._folder(LOOK_UPS, build)
        shutil.rmtree(folder, ignore_errors=True)  # of a run that ended in the middle of it
        folder.mkdir(parents=True)
        builds, _ = self._pair(build)
        try:
            found = self._look_ups(builds, folder, budget_s)
        except RssbenchError as error:
            return _noting(build, f"look-ups in the client's cache were not measured: {error}")
        parts = tuple(dict.fromkeys((*build.parts, self._place(folder))))
        kept = replace(build, look_ups=found.judgements, parts=parts)
        lacking = [f"{one.operation} of {one.build}: {one.reason}" for one in found.absent]
        return _noting(kept, *lacking)

    def _compare(self, build: HistoryBuild, budget_s: float) -> None:
        folder = self._folder(COMPARISONS, build)
        builds, identities = self._pair(build)
        settings = self._comparison_settings(budget_s)
        if (folder / COMPARISON.file).exists():
            record = ComparisonRecord.continued(folder, settings=settings, builds=identities)
        else:
            folder.mkdir(parents=True)
            command = self._record.result.command
            record = ComparisonRecord.new(folder, command=command, settings=settings, builds=identities)
        run = ComparisonRun(
            builds,
            record,
            stack_root=self._stack_root,
            progress=self._progress,
            check=self._check,
            enough=lambda _measured: False,  # how large effects are matters, not the verdict
        )
        problems: tuple[str, ...] = ()
        try:
            run.run()
        except RssbenchError as error:
            problems = (str(error),)
        finally:
            self._keep(build, record.result, self._place(folder), problems)

    def _comparison_settings(self, budget_s: float) -> ComparisonSettings:
        settings = self._settings
        return ComparisonSettings(
            lanes=("exact", "paired"),
            operations=settings.operations,
            timed=settings.timed,
            profile=settings.profile,
            seed=settings.seed,
            budget_s=budget_s,
            front_doors=(settings.front_door, settings.front_door),
        )

    def _keep(self, build: HistoryBuild, compared: ComparisonResult, part: str, problems: tuple[str, ...]) -> None:
        """What the comparison says of the build, and what its exact lane says of the reference."""
        self._record.put(
            replace(
                build,
                finished=compared.status == "complete",
                problems=(*build.problems, *problems),
                judgements=_of_together(compared.judgements, compared.settings.only_operation),
                control=_of_together(compared.control, compared.settings.only_operation),
                counted=tuple(one.contender for one in compared.exact if one.contender),
                absent=compared.absent,
                parts=tuple(dict.fromkeys((*build.parts, part))),
            )
        )
        self._note_data_set(compared.data_set, compared.environment.database_version)
        reference = self._record.build(self._reference)
        if not reference.counted:
            counted = tuple(one.baseline for one in compared.exact if one.baseline)
            self._record.put(replace(reference, counted=counted))

    def _note_data_set(self, data_set: DataSet | None, database_version: str) -> None:
        """That of whatever stack was the last to have one; all have the same."""
        if data_set is not None:
            shown = replace(self._record.result.environment, database_version=database_version)
            self._record.update(data_set=data_set, environment=shown)

    def _place(self, folder: Path) -> str:
        return str(folder.relative_to(self._record.directory))


def _of_together(judgements: tuple[Judgement, ...], only: str | None) -> tuple[Judgement, ...]:
    """What a comparison of one operation says of it is what it says of all together."""
    return tuple(replace(one, operation=None if one.operation == only else one.operation) for one in judgements)


def _noting(build: HistoryBuild, *problems: str) -> HistoryBuild:
    return replace(build, problems=(*build.problems, *problems))
