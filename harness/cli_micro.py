"""``rssbench micro``: the micro-benchmarks of one build, or of two with a verdict."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import NoReturn

import click

from harness.builds.benchmarking import pytest_folder
from harness.builds.environment import BuildEnvironment, prepare_builds
from harness.cli_conventions import (
    EXIT_FAILED_RUN,
    EXIT_HARNESS,
    EXIT_OF_VERDICT,
    format_option,
    progress,
    read_budget_s,
    reports_errors,
    stop,
)
from harness.dataset.profiles import PROFILES
from harness.interruption import Interruption
from harness.micro.benchmark_file import read_benchmark_file
from harness.micro.comparing import compare_builds
from harness.micro.earlier_files import compare_files, read_pairs
from harness.micro.record import MicroRecord
from harness.micro.single import measure_build
from harness.micro_comparison import MicroComparison, MicroSettings
from harness.model import RssbenchError, SettingsError
from harness.settings import cache_folder, stack_folder
from harness.store import new_directory


@click.command()
@click.argument("builds", nargs=-1, required=True, metavar="BUILD | BASELINE CONTENDER | FILE.json ...")
@click.option("--select", "-k", default="", help="only benchmarks whose name fits, in the words of pytest's -k")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="M", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option(
    "--budget", default="10m", show_default=True, help="how long to measure two builds at most, such as 90s or 10m"
)
@format_option
@click.option("--results", type=click.Path(path_type=Path), default="results", show_default=True)
@reports_errors
def micro(  # noqa: PLR0913, PLR0917  one argument per option
    builds: tuple[str, ...], select: str, profile: str, seed: int, budget: str, form: str, results: Path
) -> None:
    """Run the micro-benchmarks inside the environment of BUILD, or of BASELINE and CONTENDER in turns.

    One build: pytest-benchmark's JSON, for `pytest-benchmark compare`. Two builds: fresh processes of both until
    it is clear what got slower. Pairs of such FILEs: judged, if they were made in turns.
    """
    mistakes: list[str] = []
    settings = MicroSettings(select, profile, seed, read_budget_s(budget, mistakes))
    are_files = [name.endswith(".json") for name in builds]
    if any(are_files) and not all(are_files):
        mistakes.append("builds and files cannot be compared with each other")
    if not any(are_files) and len(builds) > 2:
        mistakes.append(f"one build or two are needed, not {len(builds)}")
    if mistakes:
        raise SettingsError(mistakes)
    if all(are_files):
        _compare_files(builds, results, form)
    prepared = prepare_builds(builds, cache_folder(), progress.print)
    tools = pytest_folder(prepared[0].python, cache_folder(), progress.print)
    directory = new_directory(results)
    if len(prepared) == 1:
        _measure(prepared[0], tools, settings, directory, form)
    else:
        _compare((prepared[0], prepared[1]), tools, settings, directory, form)


def _measure(build: BuildEnvironment, tools: Path, settings: MicroSettings, directory: Path, form: str) -> None:
    from reports.micro_formats import BENCHMARK_FORMATS  # noqa: PLC0415

    Interruption()
    try:
        json_file = measure_build(
            build, tools, settings, directory, stack_root=stack_folder(), progress=progress.print
        )
    except KeyboardInterrupt:
        stop("interrupted; nothing was measured to the end", EXIT_HARNESS)
    click.echo(BENCHMARK_FORMATS[form](json_file))
    progress.print(f"pytest-benchmark's JSON: {json_file}")
    if read_benchmark_file(json_file).failed:
        sys.exit(EXIT_FAILED_RUN)


def _compare(
    builds: tuple[BuildEnvironment, BuildEnvironment],
    tools: Path,
    settings: MicroSettings,
    directory: Path,
    form: str,
) -> NoReturn:
    record = MicroRecord(
        directory,
        command=shlex.join(["rssbench", *sys.argv[1:]]),
        settings=settings,
        builds=(builds[0].identity, builds[1].identity),
    )
    interruption = Interruption()
    try:
        compare_builds(
            builds,
            tools,
            settings,
            record,
            stack_root=stack_folder(),
            progress=progress.print,
            check=interruption.check,
        )
    except KeyboardInterrupt:
        progress.print("interrupted")
    except SettingsError:
        raise
    except RssbenchError as error:
        progress.print(str(error))
    _show(record.result, record.directory, form)


def _compare_files(names: tuple[str, ...], results: Path, form: str) -> NoReturn:
    pairs = read_pairs([Path(name) for name in names])
    directory = new_directory(results)
    record = MicroRecord(directory, command=shlex.join(["rssbench", *sys.argv[1:]]), files=names)
    _show(compare_files(pairs, record), directory, form)


def _show(result: MicroComparison, directory: Path, form: str) -> NoReturn:
    from reports.micro_formats import MICRO_FORMATS  # noqa: PLC0415

    click.echo(MICRO_FORMATS[form](result))
    progress.print(f"stored in {directory}")
    sys.exit(EXIT_OF_VERDICT[result.verdict] if result.status == "complete" else EXIT_HARNESS)
