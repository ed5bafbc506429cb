"""The command line: stdout is the result, stderr is progress, the exit code is the verdict (docs/guide.md)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from harness.cli_bisect import bisect, report_bisection
from harness.cli_builds import builds, setup
from harness.cli_compare import compare, report_comparison
from harness.cli_composed import composed
from harness.cli_conventions import (
    EXIT_FAILED_RUN,
    EXIT_HARNESS,
    EXIT_OK,
    format_option,
    reports_errors,
    runtime_option,
)
from harness.cli_cycles import cycles
from harness.cli_email_cache import email_cache
from harness.cli_external import external_options, external_overrides
from harness.cli_growth import growth
from harness.cli_history import history, report_history
from harness.cli_integration import integration_tests
from harness.cli_measurements import show_again
from harness.cli_micro import micro
from harness.cli_mutants import mutants
from harness.cli_nightly import nightly
from harness.cli_policies import policies
from harness.cli_runs import runs
from harness.cli_selftest import report_selftest, selftest
from harness.cli_stack import stack
from harness.cli_worker import worker
from harness.dataset.profiles import PROFILES
from harness.doctor import examine
from harness.model import FRONT_DOORS, SECTION_NAMES, RunResult
from harness.settings import cache_folder, stack_folder
from harness.settings_keys import settings_table
from harness.stack.choosing import RuntimeChoice
from harness.store import BISECTION, COMPARISON, HISTORY, MEASUREMENTS, RUN, SELFTEST

#: bzt's exit code to ours: 1 wrong configuration or an error of bzt itself, 2 interrupted, 3 criteria failed.
EXIT_OF_BZT = {0: EXIT_OK, 1: EXIT_HARNESS, 2: EXIT_HARNESS, 3: EXIT_FAILED_RUN, 4: EXIT_HARNESS}


@click.group()
@click.version_option(package_name="rssbench")
def main() -> None:
    """Measure DIRAC's Resource Status System."""


main.add_command(setup)
main.add_command(builds)
main.add_command(runs)
main.add_command(compare)
main.add_command(bisect)
main.add_command(growth)
main.add_command(history)
main.add_command(integration_tests)
main.add_command(email_cache)
main.add_command(cycles)
main.add_command(policies)
main.add_command(micro)
main.add_command(mutants)
main.add_command(worker)
main.add_command(composed)
main.add_command(selftest)
main.add_command(stack)
main.add_command(nightly)


@main.command()
@format_option
@reports_errors
def doctor(form: str) -> None:
    """Say what this machine can do, what is missing and how to get it."""
    findings = examine(cache_folder(), stack_folder())
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(findings), indent=2))
    else:
        for finding in findings:
            mark = "ok     " if finding.good else "missing"
            click.echo(
                f"{mark} {finding.what}: {finding.detail}"
                + ("" if finding.good else f"\n        {finding.remedy}")
            )
    if not all(finding.good for finding in findings):
        sys.exit(EXIT_HARNESS)


@main.command()
@click.argument("build", required=False)
@click.option("--config", type=click.Path(exists=True, dir_okay=False), default="taurus.yml", show_default=True)
@click.option("--profile", help=f"one of {', '.join(PROFILES)}")
@click.option("--seed", type=int)
@click.option("--front-door", type=click.Choice(FRONT_DOORS))
@runtime_option
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    help="only these entries of execution, and no sections unless --also names them; may be repeated",
)
@click.option("--also", help=f"which sections: some of {', '.join(SECTION_NAMES)} (with commas between), or none")
@external_options
@reports_errors
def run(  # noqa: PLR0913, PLR0917  one argument per option
    build: str | None,
    config: str,
    profile: str | None,
    seed: int | None,
    front_door: str | None,
    runtime: RuntimeChoice | None,
    scenarios: tuple[str, ...],
    also: str | None,
    **external: Any,  # noqa: ANN401  as click calls it
) -> None:
    """Measure one BUILD: what `bzt taurus.yml` does, with settings checked first (exit 2 when they are wrong)."""
    from harness.taurus.invocation import check_settings, run_bzt  # noqa: PLC0415 - bzt takes a second to import

    also = "none" if scenarios and also is None else also
    changes = {
        "build": build,
        "profile": profile,
        "seed": seed,
        "front-door": front_door,
        "runtime": runtime,
        "also": also,
    }
    overrides = [f"modules.rss-stack.{name}={value}" for name, value in changes.items() if value is not None]
    overrides += external_overrides(external)
    check_settings(config, overrides, os.environ, scenarios)
    sys.exit(EXIT_OF_BZT.get(run_bzt(config, overrides, scenarios), EXIT_HARNESS))


@main.command()
@click.argument("run_directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@format_option
@reports_errors
def report(run_directory: Path, form: str) -> None:
    """Rebuild the HTML report of whatever was measured from what it stored; also of what was killed.

    Of a bisection, print what it found once more.
    """
    rebuilding = (
        (COMPARISON, report_comparison),
        (BISECTION, report_bisection),
        (HISTORY, report_history),
        (SELFTEST, report_selftest),
    )
    for stored, rebuild in rebuilding:
        if stored.stands_in(run_directory):
            rebuild(run_directory, form)
            return
    alone = [kind for kind in MEASUREMENTS if kind.stands_in(run_directory)]
    if alone and not RUN.stands_in(run_directory):
        for kind in alone:
            show_again(kind, run_directory, form)
        return
    from harness.measure.run_record import recover_run  # noqa: PLC0415 - pandas and matplotlib take a second
    from reports.page import write_report  # noqa: PLC0415

    result = recover_run(run_directory)
    RUN.write(result, run_directory)
    path = write_report(run_directory)
    print_run(result, form)
    if form != "json":
        click.echo(f"\nreport: {path}")


@main.command()
@format_option
def operations(form: str) -> None:
    """List the operations, which comparisons time them, and the workloads they belong to."""
    from scenarios.operations import OPERATIONS  # noqa: PLC0415
    from scenarios.workloads import WORKLOADS  # noqa: PLC0415

    used = {o.name: [w.name for w in WORKLOADS.values() if o.name in w.operations] for o in OPERATIONS}
    if form == "json":
        listed = {
            o.name: {"kind": o.kind, "method": o.method, "timed": o.timed, "workloads": used[o.name]}
            for o in OPERATIONS
        }
        click.echo(msgspec.json.format(msgspec.json.encode(listed), indent=2))
        return
    if form == "markdown":
        click.echo("| operation | kind | timed | workloads |\n|---|---|---|---|")
    for operation in OPERATIONS:
        cells = (operation.name, operation.kind, operation.timed, ", ".join(used[operation.name]))
        text = f"{cells[0]:52} {cells[1]:6} {cells[2]:11} {cells[3]}".rstrip()
        click.echo(f"| {' | '.join(cells)} |" if form == "markdown" else text)


@main.command()
def settings() -> None:
    """Print the table of settings."""
    click.echo(settings_table())


def print_run(result: RunResult, form: str) -> None:
    from reports.tables import markdown_table, text_table, verdict_line  # noqa: PLC0415

    if form == "json":
        click.echo(msgspec.json.encode(result))
    elif form == "markdown":
        click.echo(f"{verdict_line(result)}\n\n{markdown_table(result)}")
    else:
        click.echo(f"{verdict_line(result)}\n\n{text_table(result)}")
