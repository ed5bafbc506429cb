"""One build of a range compared with the good end, for one symptom only; kept as a comparison of its own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from harness.bisection import Symptom
from harness.builds.environment import BuildEnvironment
from harness.compare.symptom import has_symptom
from harness.comparison import ComparisonResult, ComparisonSettings
from harness.counted import COUNTERS, count_of
from harness.errors import NotComparableError
from harness.measure.comparison_record import ComparisonRecord
from harness.measure.comparison_run import ComparisonRun, Progress
from harness.measure.judging import Measured, read_measured
from harness.measure.observations import Observations
from harness.store import COMPARISON

Enough = Callable[[tuple[float, ...]], bool]


@dataclass(frozen=True)
class SymptomSeen:
    """``is_bad`` and ``count`` of a symptom that is counted, log-ratios of one that is measured; those of
    ``control`` are the good end against itself. Without all of them there was no time for a pair."""

    is_bad: bool | None = None
    count: int | None = None
    log_ratios: tuple[float, ...] = ()
    control: tuple[float, ...] = ()


@dataclass(frozen=True)
class SymptomLane:
    """``settings``: those of the comparison in which the symptom was found."""

    good: BuildEnvironment
    symptom: Symptom
    settings: ComparisonSettings
    command: str
    stack_root: Path
    progress: Progress
    check: Callable[[], None]

    def settings_of_step(self, budget_s: float, position: int) -> ComparisonSettings:
        """The symptom's lane and operation alone; of all together, all that were timed. Pairs have draws of their
        own for each build, so that what a draw favours is not in the figures of all."""
        operation = self.symptom.operation
        operations = self.settings.operations if operation is None else (operation,)
        timed = self.settings.timed if operation is None else None
        seed = self.settings.seed + (position if self.symptom.lane == "paired" else 0)
        return replace(
            self.settings,
            lanes=(self.symptom.lane,),
            operations=operations,
            timed=timed,
            budget_s=budget_s,
            seed=seed,
        )

    def look(
        self,
        build: BuildEnvironment,
        directory: Path,
        *,
        position: int,
        budget_s: float,
        enough: Enough | None,
    ) -> SymptomSeen:
        """What a build shows; pairs that are in ``directory`` already count too.

        ``enough`` says of the log-ratios so far whether to stop; without it the rule of a comparison does.
        NotComparableError when the build does not start, does not have the operation, or answers wrongly;
        StackError when it died.
        """
        settings = self.settings_of_step(budget_s, position)
        builds = (self.good.identity, build.identity)
        if COMPARISON.stands_in(directory):
            record = ComparisonRecord.continued(directory, settings=settings, builds=builds)
        else:
            directory.mkdir(parents=True, exist_ok=True)
            record = ComparisonRecord.new(directory, command=self.command, settings=settings, builds=builds)
        result = ComparisonRun(
            (self.good, build),
            record,
            stack_root=self.stack_root,
            progress=self.progress,
            check=self.check,
            enough=None if enough is None else lambda measured: self._is_enough(measured, enough),
        ).run()
        return self.seen(result, directory)

    def kept(self, directory: Path) -> SymptomSeen:
        """What a comparison that was made before shows. RssbenchError when there is none."""
        return self.seen(COMPARISON.read(directory), directory)

    def seen(self, result: ComparisonResult, directory: Path) -> SymptomSeen:
        """NotComparableError when the comparison does not say anything about the symptom."""
        if self.symptom.lane == "exact":
            return self._counted(result)
        measured = read_measured(directory, result.settings.operations)
        log_ratios = self._log_ratios(measured.compared)
        if not log_ratios and measured.compared.pairs:
            wrong = {**measured.compared.wrong[0], **measured.compared.wrong[1]}
            raise NotComparableError(next(iter(wrong.values()), "no pair of it has a value"))
        return SymptomSeen(log_ratios=log_ratios, control=self._log_ratios(measured.control))

    def _counted(self, result: ComparisonResult) -> SymptomSeen:
        counter = next(one for one in COUNTERS if one == self.symptom.metric)
        for compared in result.exact:
            if compared.operation == self.symptom.operation and compared.contender is not None:
                is_bad = has_symptom(compared, counter)
                if is_bad is None:
                    varies = f"{counter} of {compared.operation} vary in this build"
                    raise NotComparableError(compared.contender.problem or varies)
                return SymptomSeen(is_bad=is_bad, count=count_of(compared.contender, counter))
        reasons = [one.reason for one in result.absent if one.operation == self.symptom.operation]
        raise NotComparableError(next(iter(reasons), f"{self.symptom.operation} was not counted"))

    def _is_enough(self, measured: Measured, enough: Enough) -> bool:
        wrong = any(measured.compared.wrong)
        log_ratios = self._log_ratios(measured.compared)
        return enough(log_ratios) or (wrong and not log_ratios)

    def _log_ratios(self, measured: Observations) -> tuple[float, ...]:
        """Of the pairs that have a value. All operations of the comparison are what the symptom is about."""
        for question, series in measured.series().items():
            if question.metric == self.symptom.metric and question.operation is None:
                return tuple(math.log(contender / baseline) for baseline, contender in series.complete())
        return ()
