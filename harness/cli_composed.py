"""What the containers of ``docker/compose.yaml`` run: the files of the stack, and a measurement from inside."""

from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path

import click

from harness import command
from harness.cli_conventions import EXIT_FAILED_RUN, EXIT_HARNESS, EXIT_OK, progress, refuse, reports_errors
from harness.dataset.profiles import PROFILES, Profile
from harness.errors import RssbenchError
from harness.interruption import Interruption
from harness.model import RunResult
from harness.settings import TrialSettings, read_job
from harness.stack.lifecycle import Stack
from harness.store import new_directory

_FOLDER, _RELEASE, _PROFILE = (f"RSSBENCH_COMPOSED{name}" for name in ("", "_RELEASE", "_PROFILE"))
_SEED = 1
_POLL_S = 0.2
#: The suite's own job; a folder mounted over it brings another one.
_JOB = Path("/opt/rssbench/taurus.yml")

EXIT_OF_STATUS = {"passed": EXIT_OK, "failed": EXIT_FAILED_RUN, "incomplete": EXIT_HARNESS}


@click.group()
def composed() -> None:
    """Inside the containers of docker/compose.yaml."""


@composed.command()
@reports_errors
def files() -> None:
    """Make certificates, passwords and configuration in the folder that RSSBENCH_COMPOSED names."""
    from harness.stack.composed import make_files  # noqa: PLC0415

    folder, release, profile = _surroundings()
    make_files(folder, release, profile)


@composed.command()
@click.option("--scenario", "scenarios", multiple=True, help="only these entries of execution; may be repeated")
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=_JOB)
@click.option("--results", type=click.Path(path_type=Path), default=".")
@reports_errors
def measure(scenarios: tuple[str, ...], config: Path, results: Path) -> None:
    """Put the services beside this container under the load of taurus.yml, and write a run with its report."""
    from harness.stack.composed import composed_stack  # noqa: PLC0415 - SQLAlchemy takes a second
    from reports.page import write_report  # noqa: PLC0415 - pandas and matplotlib take a second
    from reports.tables import text_table, verdict_line  # noqa: PLC0415

    folder, release, profile = _surroundings()
    trials = _trials(config, scenarios)
    began_s = time.monotonic()
    progress.print(f"loading data set {profile.name}")
    stack = composed_stack(folder, release, profile, _SEED)
    directory = new_directory(results)
    result = _measured(stack, trials, directory, time.monotonic() - began_s)
    report = write_report(directory)
    click.echo(f"{verdict_line(result)}\n\n{text_table(result)}\n\nreport: {report}")
    sys.exit(EXIT_OF_STATUS[result.status])


def _surroundings() -> tuple[Path, str, Profile]:
    """What compose.yaml told this container. SettingsError when it did not."""
    given = {name: os.environ.get(name, "") for name in (_FOLDER, _RELEASE, _PROFILE)}
    mistakes = [f"environment: {name}: missing; docker/compose.yaml sets it" for name in given if not given[name]]
    if given[_PROFILE] and given[_PROFILE] not in PROFILES:
        mistakes.append(
            f"environment: {_PROFILE}: {given[_PROFILE]!r} is not allowed; allowed: {', '.join(PROFILES)}"
        )
    refuse(mistakes)
    return Path(given[_FOLDER]), given[_RELEASE], PROFILES[given[_PROFILE]]


def _trials(config: Path, scenarios: tuple[str, ...]) -> tuple[TrialSettings, ...]:
    from harness.taurus.config_files import locator  # noqa: PLC0415 - bzt takes a second to import
    from harness.taurus.invocation import check_settings, configuration  # noqa: PLC0415

    environ = {name: value for name, value in os.environ.items() if not name.startswith(_FOLDER)}
    check_settings(str(config), [], environ, scenarios)
    job = read_job(configuration(str(config)), environ, locator([config]))
    return tuple(trial for trial in job.trials if not scenarios or trial.scenario in scenarios)


def _measured(stack: Stack, trials: tuple[TrialSettings, ...], directory: Path, ready_s: float) -> RunResult:
    """All trials on record, however it ends."""
    from harness.measure.run_record import RunRecord  # noqa: PLC0415
    from harness.measure.trial_plan import plan_trial  # noqa: PLC0415
    from harness.measure.trial_run import TrialRun  # noqa: PLC0415

    interruption = Interruption()
    record = RunRecord(directory, shlex.join(["rssbench", *sys.argv[1:]]))
    record.stack_is_ready(None, stack.data_set, ready_s, stack.database_version, "https", "containers", "")
    for number, trial in enumerate(trials):
        progress.print(f"trial {trial.name}")
        place = directory / "trials" / trial.name
        run = TrialRun(stack, plan_trial(stack, trial.workload, trial.load, place, seed=_SEED), ())
        try:
            if number:
                stack.reload_data_set()
            run.start()
            while not run.poll():
                interruption.check()
                command.wait_seconds(_POLL_S)
        except (RssbenchError, KeyboardInterrupt) as error:
            reason = str(error) or "interrupted"
            record.add_trial(run.finish(reason))
            return record.finish(reason)
        record.add_trial(run.finish(None))
    return record.finish(None)
