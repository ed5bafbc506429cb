"""``rssbench mutants``: how many of known small changes of DIRAC a user of this suite would notice."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

import click

from harness.builds.benchmarking import pytest_folder
from harness.cli_conventions import (
    EXIT_FAILED_RUN,
    EXIT_HARNESS,
    EXIT_OK,
    format_option,
    progress,
    read_budget_s,
    refuse,
    reports_errors,
)
from harness.dataset.profiles import PROFILES
from harness.interruption import Interruption
from harness.mutant_scores import Detector, Half, MutantKind
from harness.mutants.all_mutants import MUTANTS, RELEASE, chosen_mutants
from harness.settings import cache_folder, stack_folder
from harness.store import new_directory
from reports.mutant_tables import CATALOGUE_FORMATS, SCORE_FORMATS


@click.command()
@click.option("--list", "listed", is_flag=True, help="the catalogue; nothing is measured")
@click.option("--mutant", "names", multiple=True, help="only these; may be repeated")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(get_args(MutantKind)), help="may be repeated")
@click.option(
    "--half", type=click.Choice(get_args(Half)), help="detectors are tuned on one and scored on the other"
)
@click.option(
    "--detector",
    "detectors",
    multiple=True,
    type=click.Choice(get_args(Detector)),
    help="only those that are to be seen by it; may be repeated",
)
@click.option("--both-lanes", is_flag=True, help="the paired lane even when the exact lane has decided")
@click.option("--budget", default="10m", show_default=True, help="how long a comparison measures at most")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="M", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--resume", type=click.Path(path_type=Path), help="go on in the folder of an earlier run")
@click.option(
    "--score", "scored", type=click.Path(path_type=Path), help="the score of a folder; nothing is measured"
)
@format_option
@click.option("--results", type=click.Path(path_type=Path), default="results", show_default=True)
@reports_errors
def mutants(  # noqa: PLR0913  one argument per option
    *,
    listed: bool,
    names: tuple[str, ...],
    kinds: tuple[MutantKind, ...],
    half: Half | None,
    detectors: tuple[Detector, ...],
    both_lanes: bool,
    budget: str,
    profile: str,
    seed: int,
    resume: Path | None,
    scored: Path | None,
    form: str,
    results: Path,
) -> None:
    """Make small changes of DIRAC's RSS, compare each with what it was, and score what was noticed.

    Each is a commit to a clone of the published sources. Outcomes are stored as they come in. Exit code 1 when an
    aim is missed: 90 % found, the right operation named for 80 % of them, no alarm on those that change nothing.
    """
    mistakes: list[str] = []
    budget_s = read_budget_s(budget, mistakes)
    chosen = chosen_mutants(names, kinds, half, detectors, mistakes)
    if not chosen and not mistakes:
        mistakes.append("no mutant is left by these choices; `rssbench mutants --list` shows all")
    mistakes += [
        f"{option} {folder}: there is no such folder"
        for option, folder in (("--resume", resume), ("--score", scored))
        if folder is not None and not folder.is_dir()
    ]
    refuse(mistakes)
    if listed:
        click.echo(CATALOGUE_FORMATS[form](chosen))
        return
    if scored is not None:
        _show(scored, form, is_complete=True)
        return
    directory = resume or new_directory(results, "-mutants")
    from harness.mutants.detection import Detection  # noqa: PLC0415 - numpy and scipy take a second
    from harness.mutants.outcomes_file import OutcomesFile  # noqa: PLC0415
    from harness.mutants.run import MutantRun  # noqa: PLC0415

    interruption = Interruption()
    detection = Detection(
        profile=profile,
        seed=seed,
        budget_s=budget_s,
        stack_root=stack_folder(),
        tools=lambda build: pytest_folder(build.python, cache_folder(), progress.print),
        progress=progress.print,
        check=interruption.check,
    )
    run = MutantRun(detection, OutcomesFile(directory), cache_folder(), progress.print, both_lanes=both_lanes)
    is_complete = True
    try:
        run.run(chosen)
    except KeyboardInterrupt:
        is_complete = False
        progress.print(f"interrupted; rssbench mutants --resume {directory} goes on")
    _show(directory, form, is_complete=is_complete)


def _show(directory: Path, form: str, *, is_complete: bool) -> None:
    """The score of all that is stored, and the exit code."""
    from harness.mutants.outcomes_file import OutcomesFile  # noqa: PLC0415
    from harness.mutants.scoring import scores  # noqa: PLC0415

    result = scores(RELEASE, MUTANTS, OutcomesFile(directory).read())
    click.echo(SCORE_FORMATS[form](result))
    progress.print(f"stored in {directory}")
    if not is_complete:
        sys.exit(EXIT_HARNESS)
    sys.exit(EXIT_OK if result.reaches_aims else EXIT_FAILED_RUN)
