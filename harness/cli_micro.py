"""``rssbench micro``: the micro-benchmarks of one build, or of two with a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click

from harness.builds.benchmarking import pytest_folder
from harness.builds.environment import BuildEnvironment, prepare_builds
from harness.cli_conventions import (
    EXIT_FAILED_RUN,
    EXIT_OF_VERDICT,
    EXIT_OK,
    format_option,
    progress,
    read_budget_s,
    refuse,
    reports_errors,
)
from harness.cli_measurements import measured, new_place, results_option, show
from harness.dataset.profiles import PROFILES
from harness.errors import RssbenchError, SettingsError
from harness.interruption import Interruption
from harness.measure.measurement_record import Place
from harness.micro.comparing import compare_builds
from harness.micro.earlier_files import compare_files, read_pairs
from harness.micro.record import MicroRecord
from harness.micro.single import BENCHMARKS_FILE, BuildSettings, measure_build
from harness.micro_comparison import MicroComparison, MicroSettings
from harness.settings import cache_folder
from harness.store import MICRO, MICRO_COMPARISON


@click.command()
@click.argument("builds", nargs=-1, required=True, metavar="BUILD | BASELINE CONTENDER | FILE.json ...")
@click.option("--select", "-k", default="", help="only benchmarks whose name fits, in the words of pytest's -k")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="M", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option(
    "--budget", default="10m", show_default=True, help="how long to measure two builds at most, such as 90s or 10m"
)
@results_option
@format_option
@reports_errors
def micro(  # noqa: PLR0913, PLR0917  one argument per option
    builds: tuple[str, ...], select: str, profile: str, seed: int, budget: str, results: Path, form: str
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
    refuse(mistakes)
    if all(are_files):
        _compare_files(builds, results, form)
    prepared = prepare_builds(builds, cache_folder(), progress.print)
    tools = pytest_folder(prepared[0].python, cache_folder(), progress.print)
    place = new_place(results)
    if len(prepared) == 1:
        _measure(prepared[0], tools, settings, place, form)
    _compare((prepared[0], prepared[1]), tools, settings, place, form)


def _measure(build: BuildEnvironment, tools: Path, settings: MicroSettings, place: Place, form: str) -> NoReturn:
    one = BuildSettings(settings.select, settings.profile, settings.seed)
    measured(lambda: measure_build(build, tools, one, place))
    progress.print(f"pytest-benchmark's JSON: {place.directory / BENCHMARKS_FILE}")
    show(MICRO, place.directory, form, lambda result: EXIT_FAILED_RUN if result.failed else EXIT_OK)


def _compare(
    builds: tuple[BuildEnvironment, BuildEnvironment],
    tools: Path,
    settings: MicroSettings,
    place: Place,
    form: str,
) -> NoReturn:
    record = MicroRecord(
        place.directory,
        command=place.command,
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
            stack_root=place.stack_root,
            progress=place.progress,
            check=interruption.check,
        )
    except KeyboardInterrupt:
        progress.print("interrupted")
    except SettingsError:
        raise
    except RssbenchError as error:
        progress.print(str(error))
    show(MICRO_COMPARISON, place.directory, form, exit_code_of)


def _compare_files(names: tuple[str, ...], results: Path, form: str) -> NoReturn:
    pairs = read_pairs([Path(name) for name in names])
    place = new_place(results)
    compare_files(pairs, MicroRecord(place.directory, command=place.command, files=names))
    show(MICRO_COMPARISON, place.directory, form, exit_code_of)


def exit_code_of(result: MicroComparison) -> int:
    return EXIT_OF_VERDICT[result.verdict]
