"""bzt executor ``rss-load``: one entry of ``execution`` is one trial."""

from __future__ import annotations

from pathlib import Path

from bzt.engine import ScenarioExecutor
from bzt.modules.aggregator import ConsolidatingAggregator

from harness.measure.remote_workers import RemoteWorkers
from harness.measure.trial_plan import plan_trial
from harness.measure.trial_run import TrialRun
from harness.model import TrialResult
from harness.settings import TrialSettings
from harness.taurus.failure import failing_the_job
from harness.taurus.sample_reader import SampleReader
from harness.taurus.stack_service import RssStack, find_stack, reason_text
from scenarios.load_plan import LoadPlan


class RssLoad(ScenarioExecutor):  # type: ignore[misc]
    """Starts the workers of its trial, samples what they use, and judges the trial when they have ended."""

    def __init__(self) -> None:
        super().__init__()
        self.service: RssStack
        self.settings_of_trial: TrialSettings
        self.trial: TrialRun | None = None
        self.result: TrialResult | None = None

    def prepare(self) -> None:
        super().prepare()
        self.service = find_stack(self.engine)
        executions = self.engine.config.get("execution")
        index = next(i for i, execution in enumerate(executions) if execution is self.execution)
        self.settings_of_trial = self.service.job.trials[index]
        self.label = self.settings_of_trial.name
        # bzt's passfail asks for the scenario's entry, which a workload need not have
        self.engine.config.get("scenarios", force_set=True).get(self.settings_of_trial.scenario, force_set=True)
        self.reader = SampleReader(self._directory, self.settings_of_trial.load.concurrency, self.log)
        if isinstance(self.engine.aggregator, ConsolidatingAggregator):
            self.engine.aggregator.add_underling(self.reader)

    @property
    def _directory(self) -> Path:
        return Path(self.engine.artifacts_dir) / "trials" / self.settings_of_trial.name

    def startup(self) -> None:
        if self.service.comparison:
            return
        stack, job, settings = self.service.target, self.service.job, self.settings_of_trial
        self.log.info("Trial %s", settings.name)
        with failing_the_job():
            self.service.renew_data_set()
            plan = plan_trial(
                stack,
                settings.workload,
                settings.load,
                self._directory,
                seed=job.seed,
                weights=settings.weights,
                request_timeout_s=job.request_timeout_s,
                drain_timeout_s=job.drain_timeout_s,
                quick_ack=job.quick_ack,
            )
            if self.service.external:
                plan = self.service.external.restricted(plan)
            self.trial = TrialRun(stack, plan, job.criteria, self._remote_workers(plan, stack.mark))
            self.trial.start()

    def _remote_workers(self, plan: LoadPlan, mark: str) -> RemoteWorkers | None:
        job = self.service.job
        if job.remote is None:
            return None
        last = self.settings_of_trial is job.trials[-1]
        self.log.info(
            "Waiting for %d remote workers on %s:%d", job.remote.workers, job.remote.host, job.remote.port
        )
        return RemoteWorkers(plan, mark, job.remote, last=last)

    def check(self) -> bool:
        """Whether the trial has ended; if so it is already audited, judged and on record."""
        if self.service.comparison:
            return True
        assert self.trial
        with failing_the_job():
            ended = self.trial.poll()
            if ended:
                self._finish(interrupted=None)
        return ended

    def shutdown(self) -> None:
        """End a trial that bzt did not let come to its end; what was measured is kept and marked."""
        if self.trial and self.result is None:
            with failing_the_job():
                self._finish(interrupted=reason_text(self.engine.stopping_reason) or "ended early")

    def _finish(self, interrupted: str | None) -> None:
        assert self.trial
        assert self.service.record
        self.result = self.trial.finish(interrupted)
        self.service.record.add_trial(self.result)
        for problem in self.result.problems:
            self.log.warning("%s: %s", self.result.name, problem)

    def has_results(self) -> bool:
        """Whether anything was measured; a trial without requests is judged by us, not by bzt."""
        return self.result is not None or self.service.comparison is not None
