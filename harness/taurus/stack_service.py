"""bzt service ``rss-stack``: the build and its stack, up and down around the load, and what is measured beside it;
or a comparison."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from bzt import ManualShutdown, TaurusConfigError
from bzt.engine import Engine, Service, Singletone

from harness.builds.environment import BuildEnvironment, prepare_build
from harness.dataset.profiles import PROFILES
from harness.errors import SettingsError
from harness.external.settings import ExternalSettings
from harness.external.target import ExternalTarget, connect
from harness.interruption import Interruption
from harness.measure.exact import count_operations
from harness.measure.measurement_record import Place
from harness.measure.run_record import RunRecord
from harness.model import RuntimeName, SectionOutcome
from harness.settings import Job, read_job
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack
from harness.taurus.bzt_logging import do_without_a_log_on_a_full_disk, keep_stdout_for_the_result
from harness.taurus.comparison_job import ComparisonJob
from harness.taurus.config_files import config_files, locator
from harness.taurus.failure import failing_the_job
from scenarios.catalogue import read_catalogue
from scenarios.operations import OPERATIONS


class RssStack(Service, Singletone):  # type: ignore[misc]
    """Reads the job, starts the stack (``prepare``), watches it, counts SQL (``shutdown``), takes it down, and
    measures the sections on stacks of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.job: Job
        self.build: BuildEnvironment
        self.stack: Stack | None = None
        #: in place of a stack: one that runs already
        self.external: ExternalTarget | None = None
        self.record: RunRecord | None = None
        self.comparison: ComparisonJob | None = None
        self._data_set_used = False

    def prepare(self) -> None:
        super().prepare()
        keep_stdout_for_the_result()
        do_without_a_log_on_a_full_disk()
        # bzt's console script leaves SIGTERM to the default action, which ends it without taking anything down
        self._interruption = Interruption(ManualShutdown)
        try:
            self.job = read_job(self.engine.config, os.environ, locator(config_files()))
        except SettingsError as error:
            raise TaurusConfigError(f"wrong settings, nothing was started:\n{error}") from error
        directory = Path(self.engine.artifacts_dir)
        with failing_the_job():
            command = shlex.join(["bzt", *sys.argv[1:]])
            if self.job.comparison:
                self.comparison = ComparisonJob(
                    self.job, self.job.comparison, directory, command, self.log.info, self._interruption.check
                )
            else:
                runtime: RuntimeName = "external" if self.job.external else "processes"
                self.record = RunRecord(directory, run_command=command, runtime=runtime)
                if self.job.external:
                    self._reach(self.job.external)
                else:
                    self._start(directory)

    def _reach(self, settings: ExternalSettings) -> None:
        assert self.record
        names = frozenset(name for trial in self.job.trials for name in trial.operations)
        self.external = target = connect(settings, names, self.job.stack_folder, self.log.info)
        self.record.external_is_reached(target.description, target.front_door, target.ready_s)

    @property
    def target(self) -> Stack | ExternalTarget:
        """What trials put under load."""
        found = self.external or self.stack
        assert found
        return found

    def _start(self, directory: Path) -> None:
        assert self.record
        job = self.job
        self.build = prepare_build(job.build, job.cache_folder, self.log.info)
        self.stack = start_stack(
            self.build,
            profile=PROFILES[job.profile],
            seed=job.seed,
            stack_root=job.stack_folder,
            log_directory=directory / "stack",
            service_port=job.service_port,
            front_doors=(job.front_door,) if job.front_door else None,
            runtime=job.runtime,
            progress=self.log.info,
        )
        self.record.stack_is_ready(
            self.build.identity,
            self.stack.data_set,
            self.stack.ready_s,
            self.stack.database_version,
            self.stack.front_door,
            self.stack.runtime.name,
            self.stack.runtime.engine_name,
        )

    def startup(self) -> None:
        """A comparison does all its work here: it has stacks and a load of its own."""
        if self.comparison:
            with failing_the_job():
                self.comparison.run()

    def renew_data_set(self) -> None:
        """The data set as it was loaded, for whoever comes next; the first to come finds it so.

        An RSS that runs already keeps what it has."""
        if self.external:
            self.external.rest()
            return
        assert self.stack
        if self._data_set_used:
            self.stack.reload_data_set()
        self._data_set_used = True

    def check(self) -> bool:
        """Never the one to end a run, unless a part of the stack died."""
        if self.stack:
            with failing_the_job():
                self.stack.check()
        return False

    def shutdown(self) -> None:
        """After a load that came to its end: what each operation makes the database do, then the sections."""
        if self.engine.stopping_reason or not (self.stack and self.record):
            return
        with failing_the_job():
            if self.job.exact:
                self._count(self.stack, self.record)
            if self.job.also:
                self.stack.stop()
                self._measure_sections(self.record)

    def _count(self, stack: Stack, record: RunRecord) -> None:
        """On the data set as it was loaded at first."""
        self.log.info("Counting SQL statements and rows of every operation")
        self.renew_data_set()
        record.add_exact(count_operations(stack, read_catalogue(stack.catalogue_file), OPERATIONS))

    def _measure_sections(self, record: RunRecord) -> None:
        """Each on stacks of its own, one after the other; what fails in one leaves the others alone."""
        from harness.standard_set import SectionOrder, measure_section  # noqa: PLC0415 - not before the load

        def keep(outcome: SectionOutcome) -> None:
            record.add_section(outcome)
            if outcome.problem is not None:
                self.log.warning("%s: %s", outcome.section, outcome.problem)

        place = Place(record.directory, record.result.command, self.job.stack_folder, self.log.info)
        order = SectionOrder(self.build, self.job.front_door, self.job.seed, self.job.cache_folder, place)
        for name in self.job.also:
            self._interruption.check()
            self.log.info("Section %s", name)
            measure_section(name, order, keep)

    def post_process(self) -> None:
        """Take the stack down. The record is closed here only when no reporter did it."""
        if self.stack:
            self.stack.stop()
        if self.external:
            with failing_the_job():
                self.external.stop()
        if self.record and not self.record.finished:
            with failing_the_job():
                self.record.finish(reason_text(self.engine.stopping_reason) or "no reporter was asked for")


def find_stack(engine: Engine) -> RssStack:
    """The rss-stack service of a job; TaurusConfigError when ``services`` does not have it."""
    for service in engine.services:
        if isinstance(service, RssStack):
            return service
    raise TaurusConfigError("services: rss-stack is missing; rss-load and rss-report work on its stack")


def reason_text(reason: BaseException | None) -> str | None:
    """Why bzt stopped, in words; None when it came to its end."""
    if reason is None:
        return None
    if isinstance(reason, KeyboardInterrupt):
        return str(reason) or "interrupted"
    return str(reason) or type(reason).__name__
