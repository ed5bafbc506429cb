"""``rssbench growth``: how the operations of a build grow with its tables, and which indexes are missing."""

from __future__ import annotations

import datetime as dt
import shlex
import sys
import time
from pathlib import Path

import click

from harness.builds.environment import prepare_build
from harness.cli_conventions import DEFAULT_BUILD, format_option, progress, reports_errors
from harness.dataset.profiles import PROFILES
from harness.growth import GROWTH_SCHEMA_VERSION, GrowthResult
from harness.measure.growth_run import GrowthRun
from harness.model import SettingsError
from harness.provenance import describe_environment
from harness.settings import cache_folder, stack_folder
from harness.store import new_directory, read_growth, write_growth
from scenarios.operations import OPERATIONS

DEFAULT_PROFILES = ("S", "M", "L")


@click.command()
@click.argument("build", default=DEFAULT_BUILD)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    type=click.Choice(list(PROFILES)),
    default=DEFAULT_PROFILES,
    show_default=True,
    help="sizes to count at, at least two; may be repeated",
)
@click.option("--operation", "names", multiple=True, help="only these operations; may be repeated")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--results", type=click.Path(path_type=Path), default="results", show_default=True)
@format_option
@reports_errors
def growth(  # noqa: PLR0913, PLR0917  one argument per option
    build: str, profiles: tuple[str, ...], names: tuple[str, ...], seed: int, results: Path, form: str
) -> None:
    """Count every operation of BUILD at several sizes of its tables, and name the indexes that are missing.

    BUILD is a release (9.1.22), a commit of a local clone (PATH@REF) or a working tree (PATH).
    """
    began_s = time.monotonic()
    started_at = dt.datetime.now(dt.UTC)
    sizes = tuple(name for name in PROFILES if name in profiles)
    _check(sizes, names)
    environment = prepare_build(build, cache_folder(), progress.print)
    run = GrowthRun(
        environment,
        sizes,
        [operation for operation in OPERATIONS if not names or operation.name in names],
        seed=seed,
        stack_root=stack_folder(),
        progress=progress.print,
    )
    operations = run.run()
    directory = new_directory(results)
    result = GrowthResult(
        schema_version=GROWTH_SCHEMA_VERSION,
        run_id=directory.name,
        started_at=started_at.isoformat(timespec="seconds"),
        duration_s=time.monotonic() - began_s,
        command=shlex.join(["rssbench", *sys.argv[1:]]),
        build=environment.identity,
        front_door=run.front_door,
        environment=describe_environment(run.database_version),
        profiles=sizes,
        data_sets=tuple(run.data_sets),
        operations=operations,
    )
    write_growth(result, directory)
    _show(result, directory, form)


def report_growth(directory: Path, form: str) -> None:
    """Rebuild the page of a growth from what it stored."""
    _show(read_growth(directory), directory, form)


def _check(sizes: tuple[str, ...], names: tuple[str, ...]) -> None:
    known = {operation.name for operation in OPERATIONS}
    mistakes = [
        f"--operation: there is no {name!r}; `rssbench operations` lists them"
        for name in names
        if name not in known
    ]
    if len(sizes) < 2:
        mistakes.append("--profile: growth shows at two sizes or more, such as --profile S --profile M")
    if mistakes:
        raise SettingsError(mistakes)


def _show(result: GrowthResult, directory: Path, form: str) -> None:
    from reports.growth_formats import GROWTH_FORMATS  # noqa: PLC0415 - only when there is something to show
    from reports.growth_page import write_growth_report  # noqa: PLC0415

    report = write_growth_report(result, directory)
    click.echo(GROWTH_FORMATS[form](result))
    progress.print(f"report: {report}")
