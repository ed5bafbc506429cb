"""``rssbench policies``: what the policy chain of one build costs, or how two builds differ."""

from __future__ import annotations

from pathlib import Path

import click

from harness.builds.environment import prepare_builds
from harness.cli_conventions import DEFAULT_BUILD, format_option, progress, refuse, reports_errors
from harness.cli_measurements import front_door_mistakes, measured, new_place, results_option, show
from harness.dataset.profiles import PROFILES
from harness.model import FRONT_DOORS, FrontDoor
from harness.settings import cache_folder
from harness.settings_values import duration_s
from harness.stack.front_doors import front_doors_to_compare
from harness.store import POLICIES

_LONGEST_HANG_S = 60.0


@click.command()
@click.argument("builds", nargs=-1)
@click.option("--profile", type=click.Choice(list(PROFILES)), default="M", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option(
    "--front-door",
    type=click.Choice(FRONT_DOORS),
    help="without it the first that the builds have",
)
@click.option("--rounds", type=click.IntRange(min=1), default=12, show_default=True, help="evaluations to time")
@click.option(
    "--elements", type=click.IntRange(min=8), default=16, show_default=True, help="due in an inspector's cycle"
)
@click.option("--hang", default="2s", show_default=True, help="when a webhook that hangs closes the connection")
@results_option
@format_option
@reports_errors
def policies(  # noqa: PLR0913, PLR0917  one argument per option
    builds: tuple[str, ...],
    profile: str,
    seed: int,
    front_door: FrontDoor | None,
    rounds: int,
    elements: int,
    hang: str,
    results: Path,
    form: str,
) -> None:
    """Say what it costs to evaluate a site, a computing element and a storage element.

    Policies, decision and actions are DIRAC's own, in a process of the build's environment, against a stack of its
    own. With two BUILDS: how the second differs from the first.
    """
    names = builds or (DEFAULT_BUILD,)
    mistakes = front_door_mistakes(names, front_door)
    if len(builds) > 2:
        mistakes.append(f"one build or two are allowed, not {len(builds)}: {' '.join(builds)}")
    hang_s = _hang_s(hang, mistakes)
    refuse(mistakes)
    from harness.measure.policy_run import PolicyRun, PolicySettings  # noqa: PLC0415 - scipy takes a second

    prepared = prepare_builds(names, cache_folder(), progress.print)
    versions = (prepared[0].identity.dirac_version, prepared[-1].identity.dirac_version)
    door, _ = front_doors_to_compare(versions, (front_door, front_door))
    place = new_place(results)
    measured(PolicyRun(prepared, PolicySettings(profile, seed, door, rounds, elements, hang_s), place).measure)
    show(POLICIES, place.directory, form)


def _hang_s(text: str, mistakes: list[str]) -> float:
    """An agent without a timeout of its own waits as long."""
    try:
        hang_s = duration_s(text)
    except ValueError as error:
        mistakes.append(f"--hang: {text!r} is not allowed; allowed: {error}")
        return 0.0
    if hang_s > _LONGEST_HANG_S:
        mistakes.append(f"--hang: {text!r} is not allowed; allowed: at most {_LONGEST_HANG_S:.0f}s")
    return hang_s
