"""The commands that work on the index of runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
import msgspec

from harness.cli_conventions import format_option, progress, reports_errors
from harness.errors import SettingsError
from harness.index import INDEX_FILE_VARIABLE


@click.group(invoke_without_command=True)
@click.option("--results", type=click.Path(path_type=Path), default="results", show_default=True)
@click.option("--index", help="URL of the database of the index, without a password  [default: a file in results]")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--build", help="only runs of this build, by its name or its version of DIRAC")
@format_option
@reports_errors
def runs(results: Path, index: str | None, limit: int, build: str | None, form: str) -> None:
    """List the runs and comparisons, newest first."""
    from harness.index.address import index_url  # noqa: PLC0415 - SQLAlchemy takes a second
    from harness.index.indexing import indexed_runs  # noqa: PLC0415
    from reports.run_list import run_list  # noqa: PLC0415

    url = index_url(index, os.environ, results)
    if index and url.password:
        progress.print(
            f"others can see the password of --index; name a file with the URL in {INDEX_FILE_VARIABLE}"
        )
    context = click.get_current_context()
    context.obj = (url, results)
    if context.invoked_subcommand:
        return
    found = indexed_runs(url, results, limit=limit, build=build, warn=progress.print)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
    else:
        click.echo(run_list(found, markdown=form == "markdown"))


@runs.command()
@click.pass_obj
@reports_errors
def rebuild(place: tuple[Any, Path]) -> None:
    """Index every run again from its files; --results and --index come before this word."""
    from harness.index.indexing import rebuild_index  # noqa: PLC0415

    changes = rebuild_index(*place)
    for message in changes.skipped:
        progress.print(f"skipped: {message}")
    click.echo(f"{changes.indexed} indexed, {len(changes.skipped)} skipped, {changes.gone} gone")


@runs.command()
@click.argument("metric", default="latency_p50")
@click.option("--operation", help="only this one")
@click.option(
    "--limit", type=click.IntRange(min=1), default=1000, show_default=True, help="the newest so many runs"
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="[default: METRIC.html in results]"
)
@click.pass_obj
@reports_errors
def draw(place: tuple[Any, Path], metric: str, operation: str | None, limit: int, output: Path | None) -> None:
    """Draw METRIC of each operation over the stored runs; --results and --index come before this word."""
    from harness.index.courses import stored_figures, stored_metrics  # noqa: PLC0415
    from harness.index.database import opened_index  # noqa: PLC0415
    from harness.index.indexing import bring_up_to_date  # noqa: PLC0415
    from reports.stored_page import write_stored_page  # noqa: PLC0415

    url, results = place
    with opened_index(url) as index:
        bring_up_to_date(index, results, progress.print)
        figures = stored_figures(index, metric, limit=limit, operation=operation)
        if not figures:
            known = ", ".join(stored_metrics(index)) or "none: no run is indexed"
            what = metric if operation is None else f"{metric} of {operation}"
            raise SettingsError([f"no stored run has {what}; stored metrics: {known}"])
    click.echo(write_stored_page(figures, metric, output or results / f"{metric}.html"))
