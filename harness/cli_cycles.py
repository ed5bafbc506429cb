"""``rssbench cycles``: what a cycle of each of DIRAC's agents costs."""

from __future__ import annotations

import difflib
import sys
from functools import partial

import click
import msgspec

from harness.builds.environment import BuildEnvironment, prepare_build
from harness.cli_conventions import (
    DEFAULT_BUILD,
    EXIT_FAILED_RUN,
    EXIT_OK,
    format_option,
    progress,
    reports_errors,
)
from harness.cycles import BuildCycles, CyclesResult
from harness.dataset.profiles import PROFILES
from harness.model import FRONT_DOORS, FrontDoor, SettingsError
from harness.settings import cache_folder, stack_folder


@click.command()
@click.argument("builds", nargs=-1)
@click.option("--cycle", "names", multiple=True, help="only these; may be repeated; --list names them")
@click.option("--list", "listed", is_flag=True, help="what can be measured")
@click.option("--front-door", type=click.Choice(FRONT_DOORS), help="https where the release has it, else dips")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="M", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--repetitions", type=click.IntRange(1, 100), default=1, show_default=True)
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
    form: str,
) -> None:
    """Go through cycles of DIRAC's agents on each of BUILDS, and count and time what they do.

    Exit code 1 when a cycle could not be gone through.
    """
    from harness.measure.cycle_catalogue import CYCLES  # noqa: PLC0415 - a second to import
    from harness.measure.cycle_run import CycleRun  # noqa: PLC0415
    from harness.stack.starting import start_stack  # noqa: PLC0415
    from reports.cycles_text import cycles_text  # noqa: PLC0415

    if listed:
        click.echo(cycle_list(form))
        return
    _refuse_unknown(names)
    chosen = [cycle for name, cycle in CYCLES.items() if (name in names if names else cycle.usual)]
    environments = [
        prepare_build(build, cache_folder(), progress.print) for build in dict.fromkeys(builds or (DEFAULT_BUILD,))
    ]

    def measure(build: BuildEnvironment) -> BuildCycles:
        start = partial(
            start_stack,
            build,
            profile=PROFILES[profile],
            seed=seed,
            stack_root=stack_folder(),
            log_directory=None,
            front_doors=front_door and [front_door],
            progress=progress.print,
        )
        return CycleRun(build, start, progress.print).measure(chosen, repetitions)

    result = CyclesResult(
        profile=profile,
        seed=seed,
        repetitions=repetitions,
        builds=tuple(map(measure, environments)),
    )
    if form == "json":
        click.echo(msgspec.json.encode(result))
    else:
        click.echo(cycles_text(result, markdown=form == "markdown"))
    failed = any(cycle.problem for build in result.builds for cycle in build.cycles)
    sys.exit(EXIT_FAILED_RUN if failed else EXIT_OK)


def cycle_list(form: str) -> str:
    """Name and meaning of every cycle."""
    from harness.measure.cycle_catalogue import CYCLES  # noqa: PLC0415

    if form == "json":
        return msgspec.json.encode({name: cycle.what for name, cycle in CYCLES.items()}).decode()
    if form == "markdown":
        rows = [f"| {name} | {cycle.what} |" for name, cycle in CYCLES.items()]
        return "\n".join(["| cycle | what it is |", "|---|---|", *rows])
    return "\n".join(f"{name:28} {cycle.what}" for name, cycle in CYCLES.items())


def _refuse_unknown(names: tuple[str, ...]) -> None:
    from harness.measure.cycle_catalogue import CYCLES  # noqa: PLC0415

    mistakes = []
    for name in names:
        if name not in CYCLES:
            close = difflib.get_close_matches(name, CYCLES, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            mistakes.append(f"--cycle: there is no {name!r}; `rssbench cycles --list` names them{hint}")
    if mistakes:
        raise SettingsError(mistakes)
