"""``rssbench nightly``: the newest DIRAC against the reference and against last night's, published."""

from __future__ import annotations

import os
import sys

import click

from harness.cli_conventions import (
    EXIT_FAILED_RUN,
    EXIT_HARNESS,
    EXIT_INCONCLUSIVE,
    EXIT_OK,
    format_option,
    progress,
    reports_errors,
)
from harness.errors import SettingsError
from harness.forge import add_to_step_summary, artefacts_address
from harness.interruption import Interruption
from harness.night import NightVerdict
from harness.settings_keys import NIGHTLY_KEYS

EXIT_OF_NIGHT: dict[NightVerdict, int] = {
    "wrong": EXIT_FAILED_RUN,
    "regression": EXIT_FAILED_RUN,
    "failed": EXIT_HARNESS,
    "inconclusive": EXIT_INCONCLUSIVE,
    "improvement": EXIT_OK,
    "same": EXIT_OK,
    "nothing new": EXIT_OK,
}


@click.command()
@click.option("--config", type=click.Path(exists=True, dir_okay=False), default="taurus.yml", show_default=True)
@click.option("--reference", metavar="BUILD", help="to compare with; the build of the configuration if not given")
@click.option(
    "--sources", metavar="PATH | URL", help="a git clone, whose newest commit is measured; else releases"
)
@click.option("--branch", help="of the sources")
@click.option("--budget", help="how long to measure at most, such as 10m")
@click.option("--results", help="folder of the runs")
@click.option("--public", help="folder of the pages to publish")
@format_option
@reports_errors
def nightly(config: str, form: str, **given: str | None) -> None:
    """Compare the newest release or commit of DIRAC with a reference, and with what was measured last night.

    Options win over RSSBENCH_NIGHTLY_... variables, those over modules.rss-nightly in the configuration.
    """
    from harness.nightly.publication import Publication  # noqa: PLC0415 - bzt and pandas take two seconds
    from harness.nightly.run import NightlyRun  # noqa: PLC0415
    from harness.taurus.invocation import check_settings  # noqa: PLC0415
    from reports.comparison_markdown import artefacts_link  # noqa: PLC0415
    from reports.night_text import NIGHT_FORMATS  # noqa: PLC0415

    chosen = {name: value for name, value in given.items() if value is not None}
    overrides = [f"modules.rss-nightly.{name}={value}" for name, value in chosen.items()]
    hidden = {key.variable for key in NIGHTLY_KEYS if key.name in chosen}
    environ = {name: value for name, value in os.environ.items() if name not in hidden}
    job = check_settings(config, overrides, environ)
    if job.external or job.remote:
        what = "a night starts both builds itself and loads them from this machine"
        raise SettingsError([f"{config}: {what}: neither runtime external nor remote-workers"])
    publication = Publication(job.nightly.public, job.nightly.nights)
    run = NightlyRun(job, progress.print, Interruption().check)
    run.run()

    night, results = run.night(), [one.result for one in run.measured]
    links = artefacts_link(artefacts_address(os.environ))
    summary = "\n\n".join([NIGHT_FORMATS["markdown"](night, results), *links])
    click.echo(NIGHT_FORMATS[form](night, results))
    add_to_step_summary(summary, os.environ)
    page = publication.publish(night, {one.against: one.report for one in run.measured}, summary)
    progress.print(f"published: {page}")
    sys.exit(EXIT_OF_NIGHT[night.verdict])
