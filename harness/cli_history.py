"""``rssbench history``: many builds, each beside a reference, drawn in one picture."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import click

from harness.builds.benchmarking import pytest_folder
from harness.builds.commit_builds import NamedBuild, builds_of_range
from harness.builds.environment import BuildEnvironment, prepare_build
from harness.builds.source import check_build
from harness.builds.spec import parse_build
from harness.cli_conventions import (
    EXIT_HARNESS,
    EXIT_OF_VERDICT,
    add_to_index,
    format_option,
    progress,
    read_budget_s,
    refuse,
    reports_errors,
)
from harness.cli_operations import chosen_operations, timed_operations
from harness.dataset.profiles import PROFILES
from harness.errors import BuildError, RssbenchError, SettingsError
from harness.history import HISTORY_PARTS, HistoryBuild, HistoryPart, HistoryResult, HistorySettings
from harness.interruption import Interruption
from harness.measure.history_record import HistoryRecord, recover_history
from harness.measure.history_run import COMPARISONS, HistoryRun
from harness.micro.comparing import compare_builds
from harness.micro.record import MicroRecord
from harness.micro_comparison import MicroComparison, MicroSettings
from harness.model import FRONT_DOORS, FrontDoor
from harness.settings import cache_folder, stack_folder
from harness.stack.front_doors import front_door_of_all, why_not
from harness.store import COMPARISON, HISTORY, new_directory
from scenarios.operations import STANDARD

#: The micro-benchmarks of look-ups in the client's cache, in the words of pytest's -k, and the smallest data set:
#: they do not ask the database.
LOOK_UPS, LOOK_UP_PROFILE = "bench_hit", "S"

Environments = Mapping[str, BuildEnvironment]


@click.command()
@click.argument("builds", nargs=-1)
@click.option(
    "--clone", type=click.Path(exists=True, file_okay=False, path_type=Path), help="its commits are the builds"
)
@click.option("--range", "span", help="A..B: A, and the commits up to B that touch the RSS or what it imports")
@click.option("--every", type=click.IntRange(min=1), help="every n-th commit of the range, whatever it touches")
@click.option("--reference", help="the build beside which all others are measured  [default: the last one]")
@click.option(
    "--part", "parts", multiple=True, type=click.Choice(HISTORY_PARTS), help="measure only these; may be repeated"
)
@click.option("--operation", "operations", multiple=True, help="only these operations; may be repeated")
@click.option("--front-door", type=click.Choice(FRONT_DOORS), help="without it the first that all builds have")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="M", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--budget", default="20m", show_default=True, help="time for all builds together")
@format_option
@click.option("--results", type=click.Path(path_type=Path), default="results", show_default=True)
@click.option(
    "--resume", type=click.Path(path_type=Path), help="go on with a history: its folder, or its name in results"
)
@reports_errors
def history(  # noqa: PLR0913, PLR0917  one argument per option
    builds: tuple[str, ...],
    clone: Path | None,
    span: str | None,
    every: int | None,
    reference: str | None,
    parts: tuple[HistoryPart, ...],
    operations: tuple[str, ...],
    front_door: FrontDoor | None,
    profile: str,
    seed: int,
    budget: str,
    form: str,
    results: Path,
    resume: Path | None,
) -> None:
    """Show how each operation changed over BUILDs, oldest first, or over the commits of a --clone in a --range.

    Every build is measured beside the reference, in turns, as a ratio to it; what is counted stands beside it.
    """
    mistakes: list[str] = []
    budget_s = read_budget_s(budget, mistakes)
    if resume is None:
        counted = chosen_operations((), operations or tuple(one.name for one in STANDARD), mistakes)
        named = _named(builds, clone, span, every, mistakes)
        reference = _reference(reference, named, mistakes)
        doors = (why_not(one.name, front_door) for one in named if front_door and not mistakes)
        mistakes += [f"--front-door: {problem}" for problem in doors if problem]
        refuse(mistakes)
        environments, listed = _prepared(named, reference)
        versions = [one.identity.dirac_version for one in environments.values()]
        settings = HistorySettings(
            reference=reference,
            parts=tuple(part for part in HISTORY_PARTS if not parts or part in parts),
            operations=counted,
            timed=timed_operations(counted, ("exact",), mistakes, chosen=bool(operations)),
            profile=profile,
            seed=seed,
            budget_s=budget_s,
            front_door=front_door_of_all(versions, front_door),
        )
        command = shlex.join(["rssbench", *sys.argv[1:]])
        record = HistoryRecord.new(new_directory(results), command=command, settings=settings, builds=listed)
    else:
        if builds or clone or span or every or reference or parts or operations or front_door:
            options = "builds, reference, parts, operations and front door"
            mistakes.append(f"--resume: {options} are those of the history; leave them out")
        refuse(mistakes)
        environments, record = _resumed(resume if resume.exists() else results / resume, budget_s)
    _show(_measure(environments, record), record.directory, form)


def report_history(directory: Path, form: str) -> None:
    """Rebuild the page of a history from what it stored; also of one that was killed, judged anew."""
    result = recover_history(directory)
    HISTORY.write(result, directory)
    _print_with_report(result, directory, form)


def _named(
    builds: Sequence[str], clone: Path | None, span: str | None, every: int | None, mistakes: list[str]
) -> list[NamedBuild]:
    """What is to be measured, checked as far as can be without installing anything."""
    try:
        if clone is None and span is None and every is None:
            named = [NamedBuild(name) for name in builds]
        elif builds or clone is None or span is None:
            mistakes.append("builds are named, or they are the commits of --clone PATH --range A..B, not both")
            return []
        else:
            named = builds_of_range(clone, span, every)
        for one in named:
            check_build(parse_build(one.name))
    except SettingsError as error:
        mistakes += error.mistakes
        return []
    if twice := sorted({one.name for one in named if sum(other.name == one.name for other in named) > 1}):
        mistakes.append(f"named twice: {', '.join(twice)}")
    elif len(named) < 2:
        mistakes.append("a history has two builds or more, the oldest first: rssbench history BUILD BUILD...")
    return named


def _reference(asked: str | None, named: Sequence[NamedBuild], mistakes: list[str]) -> str:
    names = [one.name for one in named]
    if asked is not None and names and asked not in names:
        mistakes.append(f"--reference: {asked!r} is not among the builds; allowed: {', '.join(names)}")
    return asked or (names[-1] if names else "")


def _prepared(named: Sequence[NamedBuild], reference: str) -> tuple[Environments, list[HistoryBuild]]:
    """The builds, installed where they can be. RssbenchError when the reference, or every other one, cannot."""
    environments: dict[str, BuildEnvironment] = {}
    listed = []
    for one in named:
        try:
            prepared = environments[one.name] = prepare_build(one.name, cache_folder(), progress.print)
            listed.append(HistoryBuild(one.name, one.subject, prepared.identity))
        except BuildError as error:
            if one.name == reference:
                raise
            progress.print(f"{one.name} is left out: {error}")
            listed.append(HistoryBuild(one.name, one.subject, problems=(f"does not install: {error}",)))
    if len(environments) < 2:
        raise RssbenchError(f"of {len(named)} builds only the reference {reference} can be installed")
    return environments, listed


def _resumed(directory: Path, budget_s: float) -> tuple[Environments, HistoryRecord]:
    earlier = HISTORY.read(directory)
    named = [NamedBuild(one.name, one.subject) for one in earlier.builds]
    environments, listed = _prepared(named, earlier.settings.reference)
    return environments, HistoryRecord.continued(directory, budget_s=budget_s, builds=listed)


def _measure(environments: Environments, record: HistoryRecord) -> HistoryResult:
    interruption = Interruption()
    tools = pytest_folder(next(iter(environments.values())).python, cache_folder(), progress.print)

    def look_ups(
        builds: tuple[BuildEnvironment, BuildEnvironment], folder: Path, budget_s: float
    ) -> MicroComparison:
        settings = MicroSettings(LOOK_UPS, LOOK_UP_PROFILE, record.result.settings.seed, budget_s)
        identities = (builds[0].identity, builds[1].identity)
        kept = MicroRecord(folder, command=record.result.command, settings=settings, builds=identities)
        return compare_builds(
            builds,
            tools,
            settings,
            kept,
            stack_root=stack_folder(),
            progress=progress.print,
            check=interruption.check,
        )

    run = HistoryRun(
        environments,
        record,
        look_ups,
        stack_root=stack_folder(),
        progress=progress.print,
        check=interruption.check,
    )
    try:
        return run.run()
    except KeyboardInterrupt:
        progress.print("interrupted; `rssbench history --resume` goes on with what is left")
    except RssbenchError as error:
        progress.print(str(error))
    return record.result


def _show(result: HistoryResult, directory: Path, form: str) -> NoReturn:
    """Report, result on stdout, index, exit code; for whatever was measured, however the history ended."""
    _print_with_report(result, directory, form)
    add_to_index(directory)
    sys.exit(EXIT_OF_VERDICT[result.verdict] if result.status == "complete" else EXIT_HARNESS)


def _print_with_report(result: HistoryResult, directory: Path, form: str) -> None:
    from reports.comparison_page import write_comparison_report  # noqa: PLC0415 - matplotlib takes a second
    from reports.history_formats import HISTORY_FORMATS  # noqa: PLC0415
    from reports.history_page import write_history_report  # noqa: PLC0415
    from reports.pair_frame import pair_frame  # noqa: PLC0415

    for build in result.builds:
        for folder in (directory / part for part in build.parts if part.startswith(COMPARISONS)):
            compared = COMPARISON.read(folder)
            write_comparison_report(compared, pair_frame(folder, compared), folder)
    report = write_history_report(result, directory)
    click.echo(HISTORY_FORMATS[form](result))
    progress.print(f"report: {report}")
