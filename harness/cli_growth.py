"""``rssbench growth``: how the operations of a build grow with its tables, and which indexes are missing."""

from __future__ import annotations

from pathlib import Path

import click

from harness.builds.environment import prepare_build
from harness.cli_conventions import DEFAULT_BUILD, format_option, progress, refuse, reports_errors
from harness.cli_measurements import front_door_mistakes, measured, new_place, results_option, show
from harness.dataset.profiles import PROFILES
from harness.growth import EVALUATIONS
from harness.model import FRONT_DOORS, FrontDoor
from harness.settings import cache_folder
from harness.store import GROWTH
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
@click.option("--operation", "names", multiple=True, help="only these operations or evaluations; may be repeated")
@click.option("--front-door", type=click.Choice(FRONT_DOORS), help="https where the release has it, else dips")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@results_option
@format_option
@reports_errors
def growth(  # noqa: PLR0913, PLR0917  one argument per option
    build: str,
    profiles: tuple[str, ...],
    names: tuple[str, ...],
    front_door: FrontDoor | None,
    seed: int,
    results: Path,
    form: str,
) -> None:
    """Count every operation of BUILD, and an evaluation of each type of element, at several sizes of its tables,
    and name the indexes that are missing.

    BUILD is a release (9.1.22), a commit of a local clone (PATH@REF) or a working tree (PATH).
    """
    sizes = tuple(name for name in PROFILES if name in profiles)
    _check(sizes, names, front_door_mistakes([build], front_door))
    environment = prepare_build(build, cache_folder(), progress.print)
    from harness.measure.growth_run import GrowthRun, GrowthSettings  # noqa: PLC0415 - a second to import

    place = new_place(results)
    measured(GrowthRun(environment, GrowthSettings(sizes, names, seed, front_door), place).run)
    show(GROWTH, place.directory, form)


def _check(sizes: tuple[str, ...], names: tuple[str, ...], mistakes: list[str]) -> None:
    known = {operation.name for operation in OPERATIONS} | EVALUATIONS.keys()
    mistakes += [
        f"--operation: there is no {name!r}; `rssbench operations` lists them; also {', '.join(EVALUATIONS)}"
        for name in names
        if name not in known
    ]
    if len(sizes) < 2:
        mistakes.append("--profile: growth shows at two sizes or more, such as --profile S --profile M")
    refuse(mistakes)
