"""``rssbench compare``: two builds in, a verdict out."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import NoReturn

import click
from msgspec.structs import replace

from harness.builds.environment import BuildEnvironment, prepare_builds
from harness.cli_conventions import (
    EXIT_HARNESS,
    EXIT_OF_VERDICT,
    add_to_index,
    progress,
    read_budget_s,
    refuse,
    reports_errors,
    runtime_option,
)
from harness.cli_operations import chosen_operations, timed_operations
from harness.comparison import LANES, ComparisonResult, ComparisonSettings, Lane
from harness.dataset.profiles import PROFILES
from harness.errors import RssbenchError
from harness.forge import add_to_step_summary, artefacts_address
from harness.interruption import Interruption
from harness.measure.comparison_record import ComparisonRecord
from harness.measure.comparison_run import ComparisonRun
from harness.measure.load_lane import DEFAULT_WORKLOAD, default_scenario
from harness.model import FRONT_DOORS, FrontDoor
from harness.settings import cache_folder, stack_folder
from harness.stack.choosing import RUNTIME_CHOICES, RuntimeChoice, runtime_asked_for, runtimes_to_compare
from harness.stack.front_doors import front_doors_to_compare, why_not
from harness.store import COMPARISON, new_directory, writing
from scenarios.workloads import WORKLOADS


@click.command()
@click.argument("baseline", required=False)
@click.argument("contender", required=False)
@click.option("--lane", "lanes", multiple=True, type=click.Choice(LANES), help="only these; may be repeated")
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    type=click.Choice(list(WORKLOADS)),
    help="only the operations of these workloads, which are also the load; may be repeated",
)
@click.option("--operation", "operations", multiple=True, help="only these operations; may be repeated")
@click.option(
    "--front-door",
    type=click.Choice(FRONT_DOORS),
    help="https or dips; without it the first that both builds have",
)
@click.option("--contender-front-door", type=click.Choice(FRONT_DOORS), help="when it is to be another one")
@runtime_option
@click.option("--contender-runtime", type=click.Choice(RUNTIME_CHOICES), help="when it is to be another one")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="M", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--budget", default="10m", show_default=True, help="how long to measure at most, such as 90s or 10m")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "junit"]),
    default="text",
    show_default=True,
)
@click.option("--results", type=click.Path(path_type=Path), default="results", show_default=True)
@click.option(
    "--comment",
    type=click.Path(dir_okay=False, path_type=Path),
    help="write the comment for a pull request to this file, and to the summary of a GitHub job",
)
@click.option(
    "--resume", type=click.Path(path_type=Path), help="go on with a comparison: its folder, or its name in results"
)
@reports_errors
def compare(  # noqa: PLR0913, PLR0917  one argument per option
    baseline: str | None,
    contender: str | None,
    lanes: tuple[Lane, ...],
    scenarios: tuple[str, ...],
    operations: tuple[str, ...],
    front_door: FrontDoor | None,
    contender_front_door: FrontDoor | None,
    runtime: RuntimeChoice | None,
    contender_runtime: RuntimeChoice | None,
    profile: str,
    seed: int,
    budget: str,
    form: str,
    results: Path,
    comment: Path | None,
    resume: Path | None,
) -> None:
    """Say what got slower from BASELINE to CONTENDER, how much, and how sure that is.

    A build is a release (9.1.22), a commit of a local clone (PATH@REF) or a working tree (PATH).
    """
    mistakes: list[str] = []
    budget_s = read_budget_s(budget, mistakes)
    if resume is None:
        names = (baseline or "", contender or "")
        if not all(names):
            mistakes.append("two builds are needed: rssbench compare BASELINE CONTENDER")
        front_doors = (front_door, contender_front_door or front_door)
        asked = runtime or runtime_asked_for()
        runtimes = (asked, contender_runtime or asked)
        mistakes += _refused_front_doors(names, front_doors)
        settings = ComparisonSettings(
            lanes=tuple(lane for lane in LANES if not lanes or lane in lanes),
            operations=(counted := chosen_operations(scenarios, operations, mistakes)),
            timed=timed_operations(counted, lanes, mistakes, chosen=bool(scenarios or operations)),
            profile=profile,
            seed=seed,
            budget_s=budget_s,
            scenarios=tuple(map(default_scenario, scenarios or (DEFAULT_WORKLOAD,))),
        )
        refuse(mistakes)
        builds = _prepared(names)
        versions = (builds[0].identity.dirac_version, builds[1].identity.dirac_version)
        record = ComparisonRecord.new(
            new_directory(results),
            command=shlex.join(["rssbench", *sys.argv[1:]]),
            settings=replace(
                settings,
                front_doors=front_doors_to_compare(versions, front_doors),
                runtimes=runtimes_to_compare(runtimes, progress.print),
            ),
            builds=(builds[0].identity, builds[1].identity),
        )
    else:
        doors, ways = (front_door, contender_front_door), (runtime, contender_runtime)
        if baseline or lanes or scenarios or operations or any(doors) or any(ways):
            mistakes.append(
                "--resume: builds, lanes, operations, front doors and runtimes are those of the comparison; "
                "leave them out"
            )
        refuse(mistakes)
        builds, record = _resumed(resume if resume.exists() else results / resume, budget_s)
    _show(_measure(builds, record), record.directory, form, comment)


def _refused_front_doors(
    names: tuple[str, str], front_doors: tuple[FrontDoor | None, FrontDoor | None]
) -> list[str]:
    """What can be said before anything is installed."""
    options = ("--front-door", "--contender-front-door" if len(set(front_doors)) > 1 else "--front-door")
    asked = zip(options, names, front_doors, strict=True)
    problems = ((option, why_not(name, door)) for option, name, door in asked if name and door)
    return [f"{option}: {problem}" for option, problem in problems if problem]


def _prepared(names: tuple[str, str]) -> tuple[BuildEnvironment, BuildEnvironment]:
    baseline, contender = prepare_builds(names, cache_folder(), progress.print)
    return baseline, contender


def _resumed(
    directory: Path, budget_s: float
) -> tuple[tuple[BuildEnvironment, BuildEnvironment], ComparisonRecord]:
    earlier = COMPARISON.read(directory)
    if earlier.baseline is None or earlier.contender is None:
        raise RssbenchError(f"{directory}: the comparison ended before its builds were known; start a new one")
    builds = _prepared((earlier.baseline.name, earlier.contender.name))
    settings = replace(earlier.settings, budget_s=budget_s)
    identities = (builds[0].identity, builds[1].identity)
    return builds, ComparisonRecord.continued(directory, settings=settings, builds=identities)


def _measure(builds: tuple[BuildEnvironment, BuildEnvironment], record: ComparisonRecord) -> ComparisonResult:
    interruption = Interruption()
    run = ComparisonRun(
        builds, record, stack_root=stack_folder(), progress=progress.print, check=interruption.check
    )
    try:
        return run.run()
    except KeyboardInterrupt:
        return record.result
    except RssbenchError as error:
        progress.print(str(error))
        return record.result


def _write_comment(result: ComparisonResult, file: Path) -> None:
    from reports.comparison_markdown import comparison_comment  # noqa: PLC0415 - pandas takes a second

    text = comparison_comment(result, artefacts_address(os.environ))
    with writing(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    add_to_step_summary(text, os.environ)


def _show(result: ComparisonResult, directory: Path, form: str, comment: Path | None) -> NoReturn:
    """Report, result on stdout, index, comment, exit code; for whatever was measured, however it ended."""
    _print_with_report(result, directory, form)
    add_to_index(directory)
    if comment:
        _write_comment(result, comment)
    sys.exit(EXIT_OF_VERDICT[result.verdict] if result.status == "complete" else EXIT_HARNESS)


def report_comparison(directory: Path, form: str) -> None:
    """Rebuild the report of a comparison from what it stored; also of one that was killed, judged anew."""
    from harness.measure.judging import recover_comparison  # noqa: PLC0415 - scipy takes a second

    result = recover_comparison(directory)
    COMPARISON.write(result, directory)
    _print_with_report(result, directory, form)


def _print_with_report(result: ComparisonResult, directory: Path, form: str) -> None:
    from reports.comparison_formats import COMPARISON_FORMATS  # noqa: PLC0415 - matplotlib takes a second
    from reports.comparison_page import write_comparison_report  # noqa: PLC0415
    from reports.pair_frame import pair_frame  # noqa: PLC0415

    report = write_comparison_report(result, pair_frame(directory, result), directory)
    click.echo(COMPARISON_FORMATS[form](result))
    progress.print(f"report: {report}")
