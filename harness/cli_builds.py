"""The commands that install builds, list and remove them."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from harness.builds.cache import cached_builds, prune
from harness.builds.environment import prepare_build
from harness.builds.listing import builds_text, pruned_text, unused_time
from harness.cli_conventions import DEFAULT_BUILD, format_option, progress, reports_errors
from harness.settings import cache_folder


@click.command()
@click.argument("build", default=DEFAULT_BUILD)
@click.option("--refresh", is_flag=True, help="from now on `today` means the packages of this moment")
@reports_errors
def setup(build: str, *, refresh: bool) -> None:
    """Install BUILD into its own environment, if it is not there yet.

    BUILD is a release (9.1.22), PATH@REF (commit, tag or branch of a git clone) or PATH (its files as they are),
    with :today, :released or :YYYY-MM-DD behind it for the packages of that day.
    """
    prepared = prepare_build(build, cache_folder(), progress.print, refresh=refresh)
    progress.print(f"DIRAC {build} is ready: {prepared.identity.environment_key}")


@click.group(invoke_without_command=True)
@format_option
@click.pass_context
@reports_errors
def builds(context: click.Context, form: str) -> None:
    """List the installed builds."""
    if context.invoked_subcommand is None:
        click.echo(builds_text(cached_builds(cache_folder()), form))


@builds.command("prune")
@click.option("--unused-for", default="30d", show_default=True, help="a time such as 12h or 30d")
@format_option
@reports_errors
def prune_builds(unused_for: str, form: str) -> None:
    """Remove builds that were not used for a time, and what broken installations left. What is in use stays."""
    pruned = prune(cache_folder(), unused_time(unused_for), datetime.now(UTC))
    click.echo(pruned_text(pruned, form))
