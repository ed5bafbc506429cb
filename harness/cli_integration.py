"""``rssbench integration-tests``: DIRAC's own tests of the RSS, against a stack of ours."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from harness.builds.benchmarking import pytest_folder
from harness.builds.environment import prepare_build
from harness.cli_conventions import (
    DEFAULT_BUILD,
    EXIT_FAILED_RUN,
    EXIT_HARNESS,
    EXIT_OK,
    format_option,
    progress,
    reports_errors,
    stop,
)
from harness.interruption import Interruption
from harness.model import FRONT_DOORS, FrontDoor
from harness.settings import cache_folder, stack_folder
from harness.store import new_directory, writing


@click.command("integration-tests")
@click.argument("sources")
@click.argument("build", default=DEFAULT_BUILD)
@click.option("--front-door", type=click.Choice(FRONT_DOORS), help="https where the release has it, else dips")
@click.option("--results", type=click.Path(path_type=Path), default="results", show_default=True)
@format_option
@reports_errors
def integration_tests(sources: str, build: str, front_door: FrontDoor | None, results: Path, form: str) -> None:
    """Run DIRAC's own integration tests of the RSS, taken from SOURCES, against a stack of BUILD.

    SOURCES is a git clone with @REF (a commit, tag or branch), a folder, or a source distribution, of DIRAC.
    """
    from harness.integration.run import IntegrationRun  # noqa: PLC0415 - SQLAlchemy takes a second
    from harness.integration.sources import opened_tests  # noqa: PLC0415
    from reports.integration_text import integration_text  # noqa: PLC0415

    try:
        with opened_tests(sources) as tests:
            environment = prepare_build(build, cache_folder(), progress.print)
            tools = pytest_folder(environment.python, cache_folder(), progress.print)
            directory = new_directory(results, "-integration-tests")
            run = IntegrationRun(environment, tests, tools, directory, stack_folder(), progress.print)
            Interruption()
            result = run.run(front_door)
    except KeyboardInterrupt:
        stop(f"interrupted; JUnit files and logs of what came to its end are in {results}", EXIT_HARNESS)
    content = msgspec.json.format(msgspec.json.encode(result), indent=2)
    file = directory / "integration.json"
    with writing(file):
        file.write_bytes(content + b"\n")
    click.echo(content if form == "json" else integration_text(result, markdown=form == "markdown"))
    progress.print(f"JUnit files and logs: {directory}")
    sys.exit(EXIT_FAILED_RUN if result.count("failed") else EXIT_OK)
