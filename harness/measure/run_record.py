"""The record of a run on disk: written before the first request, completed at the end, never lost in between.

A run that is killed leaves a ``run.json`` that says incomplete, beside the samples of its trials.
"""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from harness.counted import ExactOperation
from harness.errors import RssbenchError
from harness.measure.kept_record import NOT_FINISHED, beginning
from harness.measure.trial import summarise_trial
from harness.model import (
    BuildIdentity,
    DataSet,
    ExternalRss,
    FrontDoor,
    RunResult,
    RunStatus,
    RuntimeName,
    SectionOutcome,
    TrialResult,
)
from harness.store import RUN


class RunRecord:
    """Keeps ``run.json`` in a run directory true at every moment."""

    def __init__(self, directory: Path, run_command: str, runtime: RuntimeName = "processes") -> None:
        self.directory = directory
        self._began_s = time.monotonic()
        self._result = RunResult(
            **beginning(RUN, directory, run_command),
            runtime=runtime,
            build=None,
            data_set=None,
            stack_ready_s=None,
            trials=(),
            exact=(),
        )
        self.finished = False
        RUN.write(self._result, directory)

    @property
    def result(self) -> RunResult:
        return self._result

    def stack_is_ready(  # noqa: PLR0913, PLR0917  what a run says of its stack
        self,
        build: BuildIdentity | None,
        data_set: DataSet,
        ready_s: float,
        database_version: str,
        front_door: FrontDoor,
        runtime: RuntimeName,
        engine: str,
    ) -> None:
        environment = msgspec.structs.replace(self._result.environment, database_version=database_version)
        self._update(
            build=build,
            data_set=data_set,
            stack_ready_s=ready_s,
            environment=environment,
            front_door=front_door,
            runtime=runtime,
            engine=engine,
        )

    def external_is_reached(self, external: ExternalRss, front_door: FrontDoor, ready_s: float) -> None:
        self._update(external=external, front_door=front_door, stack_ready_s=ready_s)

    def add_trial(self, trial: TrialResult) -> None:
        self._update(trials=(*self._result.trials, trial))

    def add_exact(self, exact: tuple[ExactOperation, ...]) -> None:
        self._update(exact=exact)

    def add_section(self, outcome: SectionOutcome) -> None:
        self._update(sections=(*self._result.sections, outcome))

    def finish(self, stopped_by: str | None) -> RunResult:
        """Close the record: incomplete with its reason, else failed when a trial or section was, else passed."""
        statuses = {trial.status for trial in self._result.trials}
        broken = [one for one in self._result.sections if one.status == "incomplete"]
        status: RunStatus = "passed"
        if stopped_by or "incomplete" in statuses:
            status = "incomplete"
        elif "failed" in statuses or not statuses or broken:
            status = "failed"
        problems = [stopped_by] if stopped_by else []
        problems += [f"{one.section}: {one.problem}" for one in broken if one.problem != stopped_by]
        if not statuses:
            problems.append("no trial was measured")
        self._update(status=status, problems=tuple(problems))
        self.finished = True
        return self._result

    def _update(self, **changes: object) -> None:
        duration_s = time.monotonic() - self._began_s
        self._result = msgspec.structs.replace(self._result, duration_s=duration_s, **changes)
        RUN.write(self._result, self.directory)


def recover_run(directory: Path) -> RunResult:
    """The run in ``directory``; trials that a killed run had measured but not summarised are added as incomplete.

    RssbenchError when there is no run.
    """
    run = RUN.read(directory)
    known = {trial.name for trial in run.trials}
    found = []
    for trial in sorted((directory / "trials").glob("*/plan.json")):
        if trial.parent.name not in known:
            try:
                found.append(
                    summarise_trial(trial.parent, status="incomplete", problems=(NOT_FINISHED,), audit=None)
                )
            except RssbenchError:
                continue
    return msgspec.structs.replace(run, trials=(*run.trials, *found)) if found else run
