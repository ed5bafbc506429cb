"""``rssbench selftest``: what the instrument itself does on this machine."""

from __future__ import annotations

import math
import shlex
import sys
import time
from pathlib import Path
from typing import NoReturn

import click

from harness.cli_conventions import (
    DEFAULT_BUILD,
    EXIT_FAILED_RUN,
    EXIT_HARNESS,
    EXIT_INCONCLUSIVE,
    EXIT_OK,
    format_option,
    progress,
    read_budget_s,
    refuse,
    reports_errors,
)
from harness.comparison import LANES, Lane
from harness.dataset.profiles import PROFILES
from harness.interruption import Interruption
from harness.selftest_result import PARTS, Part, SelftestResult, SelftestSettings
from harness.settings import cache_folder, stack_folder
from harness.store import SELFTEST, new_directory
from scenarios.operations import OPERATIONS, STANDARD

_DEFAULT_LANES: tuple[Lane, ...] = ("exact", "paired")

_ENDING = "-selftest"

#: What a comparison takes at most, as `rssbench compare` has it.
_COMPARISON_BUDGET_S = 600.0


@click.command()
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), help="only these; may be repeated")
@click.option(
    "--pairs", type=click.IntRange(min=0), default=100, show_default=True, help="of equal builds, in all"
)
@click.option(
    "--slower-pairs",
    type=click.IntRange(min=0),
    default=60,
    show_default=True,
    help="of each injected slow-down, in all",
)
@click.option(
    "--end-to-end", type=click.IntRange(min=0), default=0, help="whole comparisons of equal builds, in all"
)
@click.option(
    "--slower-end-to-end", type=click.IntRange(min=0), default=0, help="and of each injected slow-down, in all"
)
@click.option(
    "--trials",
    type=click.IntRange(min=1),
    default=1_000,
    show_default=True,
    help="comparisons of equal builds drawn from the pool",
)
@click.option(
    "--lane", "lanes", multiple=True, type=click.Choice(LANES), help="of whole comparisons: exact and paired"
)
@click.option("--operation", help="time this one alone")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="M", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--budget", help="begin no pair and no whole comparison after so long, such as 40m")
@click.option("--results", type=click.Path(path_type=Path), default="results", show_default=True)
@click.option(
    "--resume", type=click.Path(path_type=Path), help="add to a self-test: its folder, or its name in results"
)
@format_option
@reports_errors
def selftest(  # noqa: PLR0913, PLR0917  one argument per option
    parts: tuple[Part, ...],
    pairs: int,
    slower_pairs: int,
    end_to_end: int,
    slower_end_to_end: int,
    trials: int,
    lanes: tuple[Lane, ...],
    operation: str | None,
    profile: str,
    seed: int,
    budget: str | None,
    results: Path,
    resume: Path | None,
    form: str,
) -> None:
    """Measure this instrument on this machine: false alarms, power, intervals, and other tools on the same data.

    Counts are what there is to be in all: what an earlier invocation measured is kept, and not measured again.
    Exit code 1 when a figure misses its aim, 3 when there are too few trials to say.
    """
    mistakes: list[str] = []
    deadline_s = math.inf if budget is None else time.monotonic() + read_budget_s(budget, mistakes)
    settings = SelftestSettings(
        release=DEFAULT_BUILD,
        profile=profile,
        seed=seed,
        operations=_operations(operation, mistakes),
        lanes=tuple(lane for lane in LANES if lane in (lanes or _DEFAULT_LANES)),
        budget_s=_COMPARISON_BUDGET_S,
    )
    context = click.get_current_context()
    own = ("lanes", "operation", "profile", "seed")
    if resume and any(
        context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT for name in own
    ):
        mistakes.append("--resume: lanes, operation, profile and seed are those of the self-test; leave them out")
    refuse(mistakes)
    from harness.selftest.record import SelftestRecord  # noqa: PLC0415 - scipy takes a second
    from harness.selftest.selftest_run import SelftestRun, Wanted  # noqa: PLC0415
    from harness.selftest.slowdown import EQUAL, SLOWDOWNS  # noqa: PLC0415

    command = shlex.join(["rssbench", *sys.argv[1:]])
    if resume is None:
        record = SelftestRecord.new(new_directory(results, _ENDING), settings, command)
    else:
        record = SelftestRecord.continued(resume if resume.exists() else results / resume, command)
    wanted = Wanted(
        parts=tuple(part for part in PARTS if not parts or part in parts),
        pairs={one: pairs if one == EQUAL else slower_pairs for one in SLOWDOWNS},
        whole={one: end_to_end if one == EQUAL else slower_end_to_end for one in SLOWDOWNS},
        trials=trials,
        deadline_s=deadline_s,
    )
    interruption = Interruption()
    run = SelftestRun(
        record,
        wanted,
        cache_directory=cache_folder(),
        stack_root=stack_folder(),
        progress=progress.print,
        check=interruption.check,
    )
    try:
        result = run.run()
    except KeyboardInterrupt:
        progress.print(f"interrupted; what was measured is kept: rssbench selftest --resume {record.directory}")
        sys.exit(EXIT_HARNESS)
    _show(result, record.directory, form)


def report_selftest(directory: Path, form: str) -> None:
    """Rebuild the page of a self-test from what it stored."""
    _show(SELFTEST.read(directory), directory, form)


def exit_code_of(result: SelftestResult) -> int:
    standings = {figure.standing for figure in result.figures}
    if "missed" in standings:
        return EXIT_FAILED_RUN
    return EXIT_INCONCLUSIVE if "open" in standings else EXIT_OK


def _operations(operation: str | None, mistakes: list[str]) -> tuple[str, ...]:
    """Those that are timed: the standard ones, or the one that was chosen."""
    if operation is None:
        return tuple(one.name for one in STANDARD)
    if operation not in {one.name for one in OPERATIONS if one.timed in ("standard", "on request")}:
        mistakes.append(f"--operation: {operation!r} is none that can be timed; `rssbench operations` lists them")
    return (operation,)


def _show(result: SelftestResult, directory: Path, form: str) -> NoReturn:
    from reports.selftest_formats import SELFTEST_FORMATS  # noqa: PLC0415 - only when there is something to show
    from reports.selftest_page import write_selftest_report  # noqa: PLC0415

    report = write_selftest_report(result, directory)
    click.echo(SELFTEST_FORMATS[form](result))
    progress.print(f"report: {report}")
    sys.exit(exit_code_of(result))
