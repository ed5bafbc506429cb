"""A job that compares two builds: the same as ``rssbench compare``, with the load that taurus.yml asks for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from harness.builds.environment import prepare_builds
from harness.comparison import ComparisonResult, ComparisonSettings, LoadScenario
from harness.index.indexing import index_finished_run
from harness.measure.comparison_record import ComparisonRecord
from harness.measure.comparison_run import ComparisonRun
from harness.measure.load_lane import DEFAULT_WORKLOAD, default_scenario, one_window
from harness.settings import Comparison, Job, TrialSettings
from harness.stack.choosing import runtimes_to_compare
from harness.stack.front_doors import front_doors_to_compare
from scenarios.operations import OPERATIONS, STANDARD


class ComparisonJob:
    """``directory`` is that of the run."""

    def __init__(  # noqa: PLR0913, PLR0917  what is compared, where to, who is told, when to end
        self,
        job: Job,
        wanted: Comparison,
        directory: Path,
        command: str,
        log: Callable[[str], None],
        check: Callable[[], None],
    ) -> None:
        self._job = job
        self._log = log
        self._check = check
        names = (wanted.baseline, wanted.contender)
        baseline, contender = prepare_builds(names, job.cache_folder, log)
        self._builds = (baseline, contender)
        versions = (baseline.identity.dirac_version, contender.identity.dirac_version)
        self.record = ComparisonRecord.new(
            directory,
            command=command,
            settings=ComparisonSettings(
                lanes=wanted.lanes,
                operations=tuple(operation.name for operation in OPERATIONS),
                timed=tuple(operation.name for operation in STANDARD),
                profile=job.profile,
                seed=job.seed,
                budget_s=wanted.budget_s,
                scenarios=(load_scenario(job.trials),),
                front_doors=front_doors_to_compare(versions, wanted.front_doors),
                runtimes=runtimes_to_compare(wanted.runtimes, log),
            ),
            builds=(baseline.identity, contender.identity),
        )

    def run(self) -> None:
        """Measure until the verdict is clear; RssbenchError when a stack fails. All is on record anyway."""
        ComparisonRun(
            self._builds,
            self.record,
            stack_root=self._job.stack_folder,
            progress=self._log,
            check=self._check,
        ).run()

    def write_report(self) -> Path:
        """Write the report of what was measured, and index the run; the path of the report."""
        # pandas and matplotlib are read when the measuring is over
        from reports.comparison_page import write_comparison_report  # noqa: PLC0415
        from reports.pair_frame import pair_frame  # noqa: PLC0415

        result, directory = self.record.result, self.record.directory
        report = write_comparison_report(result, pair_frame(directory, result), directory)
        if warning := index_finished_run(directory, os.environ):
            self._log(warning)
        return report

    def show(self) -> ComparisonResult:
        """Write the report, index the run, print the result."""
        from reports.comparison_text import comparison_text  # noqa: PLC0415

        report = self.write_report()
        sys.stdout.write(f"{comparison_text(self.record.result)}\n\nreport: {report}\n")
        sys.stdout.flush()
        return self.record.result


def load_scenario(trials: tuple[TrialSettings, ...]) -> LoadScenario:
    """What both builds are put under, a window at a time: the entry of ``execution`` with the default workload;
    without it the first that has a throughput."""
    open_loop = [trial for trial in trials if trial.load.throughput_per_s]
    named = [trial for trial in open_loop if trial.scenario == DEFAULT_WORKLOAD]
    for trial in (*named, *open_loop):
        return LoadScenario(trial.scenario, trial.workload, one_window(trial.load), trial.weights)
    return default_scenario()
