"""``rssbench cycles``: what a cycle of each of DIRAC's agents costs."""

from __future__ import annotations

import difflib
from pathlib import Path

import click
import msgspec

from harness.builds.environment import prepare_build
from harness.cli_conventions import (
    DEFAULT_BUILD,
    EXIT_FAILED_RUN,
    EXIT_OK,
    format_option,
    progress,
    reports_errors,
)
from harness.cli_measurements import front_door_mistakes, measured, new_place, results_option, show
from harness.cycles import CyclesResult
from harness.dataset.profiles import PROFILES
from harness.errors import SettingsError
from harness.model import FRONT_DOORS, FrontDoor
from harness.settings import cache_folder
from harness.store import CYCLES


@click.command()
@click.argument("builds", nargs=-1)
@click.option("--cycle", "names", multiple=True, help="only these; may be repeated; --list names them")
@click.option("--list", "listed", is_flag=True, help="what can be measured")
@click.option("--front-door", type=click.Choice(FRONT_DOORS), help="https where the release has it, else dips")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="M", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--repetitions", type=click.IntRange(1, 100), default=1, show_default=True)
@results_option
@format_option
@reports_errors
def cycles(  # noqa: PLR0913  one argument per option
    builds: tuple[str, ...],
    names: tuple[str, ...],
    *,
    listed: bool,
    front_door: FrontDoor | None,
    profile: str,
    seed: int,
    repetitions: int,
    results: Path,
    form: str,
) -> None:
    """Go through cycles of DIRAC's agents on each of BUILDS, and count and time what they do.

    Exit code 1 when a cycle could not be gone through.
    """
    if listed:
        click.echo(cycle_list(form))
        return
    asked = tuple(dict.fromkeys(builds or (DEFAULT_BUILD,)))
    if mistakes := [*_unknown(names), *front_door_mistakes(asked, front_door)]:
        raise SettingsError(mistakes)
    from harness.measure.cycles_of_builds import CycleSettings, measure_cycles  # noqa: PLC0415 - a second to import

    environments = [prepare_build(build, cache_folder(), progress.print) for build in asked]
    place = new_place(results)
    settings = CycleSettings(names, profile, seed, repetitions, front_door)
    measured(lambda: measure_cycles(environments, settings, place))
    show(CYCLES, place.directory, form, exit_code_of)


def exit_code_of(result: CyclesResult) -> int:
    failed = any(cycle.problem for build in result.builds for cycle in build.cycles)
    return EXIT_FAILED_RUN if failed else EXIT_OK


def cycle_list(form: str) -> str:
    """Name and meaning of every cycle."""
    from harness.measure.cycle_catalogue import CYCLES as CATALOGUE  # noqa: PLC0415 - a second to import

    if form == "json":
        return msgspec.json.encode({name: cycle.what for name, cycle in CATALOGUE.items()}).decode()
    if form == "markdown":
        rows = [f"| {name} | {cycle.what} |" for name, cycle in CATALOGUE.items()]
        return "\n".join(["| cycle | what it is |", "|---|---|", *rows])
    return "\n".join(f"{name:28} {cycle.what}" for name, cycle in CATALOGUE.items())


def _unknown(names: tuple[str, ...]) -> list[str]:
    from harness.measure.cycle_catalogue import CYCLES as CATALOGUE  # noqa: PLC0415 - a second to import

    mistakes = []
    for name in names:
        if name not in CATALOGUE:
            close = difflib.get_close_matches(name, CATALOGUE, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            mistakes.append(f"--cycle: there is no {name!r}; `rssbench cycles --list` names them{hint}")
    return mistakes
