"""``rssbench bisect``: the first build of a range that got slower, or issues more SQL."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import NoReturn

import click
from msgspec.structs import replace

from harness.bisection import BisectResult, BisectSettings, SymptomMetric
from harness.builds.build_range import builds_of_range
from harness.builds.environment import prepare_build, prepare_builds
from harness.cli_conventions import (
    EXIT_FAILED_RUN,
    EXIT_HARNESS,
    EXIT_INCONCLUSIVE,
    EXIT_OF_VERDICT,
    add_to_index,
    format_option,
    progress,
    read_budget_s,
    refuse,
    reports_errors,
)
from harness.cli_operations import chosen_operations, timed_operations
from harness.comparison import OF_REQUESTS, OF_SERVICES, ComparisonSettings, Lane
from harness.counted import COUNTERS
from harness.dataset.profiles import PROFILES
from harness.errors import RssbenchError
from harness.interruption import Interruption
from harness.measure.bisect_record import BisectRecord
from harness.measure.bisect_run import BisectRun
from harness.model import FRONT_DOORS, FrontDoor
from harness.settings import cache_folder, stack_folder
from harness.stack.front_doors import front_doors_to_compare
from harness.store import BISECTION, COMPARISON, new_directory

MEASURED: tuple[SymptomMetric, ...] = (*OF_REQUESTS, *OF_SERVICES)
_LANES: tuple[Lane, ...] = ("exact", "paired")


@click.command()
@click.argument("good", required=False)
@click.argument("bad", required=False)
@click.option("--build", "named", multiple=True, help="what lies between, oldest first; may be repeated")
@click.option("--all-commits", is_flag=True, help="also those that touch neither the RSS nor what it imports")
@click.option("--operation", help="what got worse; without it, that is found first")
@click.option(
    "--metric", type=click.Choice([*COUNTERS, *MEASURED]), help="in what; without it, that is found first"
)
@click.option("--lane", "lanes", multiple=True, type=click.Choice(_LANES), help="only these; may be repeated")
@click.option(
    "--confidence",
    type=click.FloatRange(0.5, 1.0, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    help="how sure the answer must be when the symptom is measured, not counted",
)
@click.option("--front-door", type=click.Choice(FRONT_DOORS), help="without it the first that both ends have")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="M", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--budget", default="30m", show_default=True, help="how long in all, such as 10m")
@format_option
@click.option("--results", type=click.Path(path_type=Path), default="results", show_default=True)
@click.option("--resume", type=click.Path(path_type=Path), help="go on: its folder, or its name in results")
@reports_errors
def bisect(  # noqa: PLR0913, PLR0917  one argument per option
    good: str | None,
    bad: str | None,
    named: tuple[str, ...],
    all_commits: bool,  # noqa: FBT001  as click calls it
    operation: str | None,
    metric: SymptomMetric | None,
    lanes: tuple[Lane, ...],
    confidence: float,
    front_door: FrontDoor | None,
    profile: str,
    seed: int,
    budget: str,
    form: str,
    results: Path,
    resume: Path | None,
) -> None:
    """Find the first build after GOOD, up to BAD, that got slower or issues more SQL.

    GOOD and BAD are two releases, or two commits of a clone (PATH@GOOD PATH@BAD). They are compared first: without
    a regression nothing is searched.
    """
    mistakes: list[str] = []
    budget_s = read_budget_s(budget, mistakes)
    if resume is not None:
        if good or named or operation or metric or lanes:
            mistakes.append("--resume: builds, operation, metric and lanes are those of then; leave them out")
        refuse(mistakes)
        directory = resume if resume.exists() else results / resume
        _run(BisectRecord.continued(directory, budget_s), form)
    if not good or not bad:
        mistakes.append("two builds are needed: rssbench bisect GOOD BAD")
    settings = BisectSettings(
        lanes=_lanes(lanes, metric, mistakes),
        operation=operation,
        metric=metric,
        profile=profile,
        seed=seed,
        budget_s=budget_s,
        confidence_ratio=confidence,
        front_door=front_door,
    )
    _compared(settings, mistakes)
    refuse(mistakes)
    builds = builds_of_range(good or "", bad or "", named, all_commits=all_commits, progress=progress.print)
    command = shlex.join(["rssbench", *sys.argv[1:]])
    _run(BisectRecord.new(new_directory(results), command=command, settings=settings, builds=builds), form)


def report_bisection(directory: Path, form: str) -> None:
    """Print what a bisection found once more."""
    _print(BISECTION.read(directory), directory, form)


def _lanes(lanes: tuple[Lane, ...], metric: SymptomMetric | None, mistakes: list[str]) -> tuple[Lane, ...]:
    """Those asked for; of a metric alone the one that has it."""
    of_metric: Lane | None = None if metric is None else "exact" if metric in COUNTERS else "paired"
    if of_metric and lanes and of_metric not in lanes:
        mistakes.append(f"--metric: {metric} belongs to the lane {of_metric}, which --lane leaves out")
    return (of_metric,) if of_metric else tuple(lane for lane in _LANES if not lanes or lane in lanes)


def _compared(settings: BisectSettings, mistakes: list[str]) -> ComparisonSettings:
    """What the comparison of both ends is, but for front doors."""
    operations = (settings.operation,) if settings.operation else ()
    if operations and settings.metric in OF_SERVICES:
        mistakes.append(
            f"--metric: {settings.metric} is of the services, not of an operation; leave --operation out"
        )
    counted = chosen_operations((), operations, mistakes)
    return ComparisonSettings(
        lanes=settings.lanes,
        operations=counted,
        timed=timed_operations(counted, settings.lanes, mistakes, chosen=bool(operations)),
        profile=settings.profile,
        seed=settings.seed,
        budget_s=settings.budget_s,
    )


def _run(record: BisectRecord, form: str) -> NoReturn:
    settings, builds = record.result.settings, record.result.builds
    good, bad = prepare_builds([builds[0].name, builds[-1].name], cache_folder(), progress.print)
    versions = (good.identity.dirac_version, bad.identity.dirac_version)
    doors = front_doors_to_compare(versions, (settings.front_door, settings.front_door))
    compared = replace(_compared(settings, []), front_doors=doors)
    interruption = Interruption()
    run = BisectRun(
        record,
        (good, bad),
        compared,
        prepare=lambda name: prepare_build(name, cache_folder(), progress.print),
        stack_root=stack_folder(),
        progress=progress.print,
        check=interruption.check,
    )
    try:
        run.run()
    except KeyboardInterrupt:
        progress.print("interrupted")
    except RssbenchError as error:
        progress.print(str(error))
    _print(record.result, record.directory, form)
    add_to_index(record.directory)
    progress.print(f"stored in {record.directory}")
    sys.exit(_exit_code(record.result))


def _exit_code(result: BisectResult) -> int:
    if result.status == "incomplete":
        return EXIT_HARNESS
    if result.outcome == "no regression":
        return EXIT_OF_VERDICT[result.verdict or "inconclusive"]
    return EXIT_FAILED_RUN if result.outcome == "found" else EXIT_INCONCLUSIVE


def _print(result: BisectResult, directory: Path, form: str) -> None:
    from reports.bisect_formats import BISECT_FORMATS  # noqa: PLC0415 - only when there is something to show

    ends = directory / result.comparison_folder
    comparison = COMPARISON.read(ends) if COMPARISON.stands_in(ends) else None
    click.echo(BISECT_FORMATS[form](result, comparison))
