"""``rssbench policies``: what the policy chain of one build costs, or how two builds differ."""

from __future__ import annotations

import click

from harness.builds.environment import prepare_builds
from harness.cli_conventions import DEFAULT_BUILD, format_option, progress, reports_errors
from harness.dataset.profiles import PROFILES
from harness.model import FRONT_DOORS, FrontDoor, SettingsError
from harness.settings import cache_folder, stack_folder
from harness.settings_keys import duration_s
from harness.stack.front_doors import front_doors_to_compare, why_not

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
@click.option("--rounds", type=click.IntRange(min=1), default=6, show_default=True, help="evaluations to time")
@click.option(
    "--elements", type=click.IntRange(min=8), default=16, show_default=True, help="due in an inspector's cycle"
)
@click.option("--hang", default="2s", show_default=True, help="when a webhook that hangs closes the connection")
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
    form: str,
) -> None:
    """Say what it costs to evaluate a site, a computing element and a storage element.

    Policies, decision and actions are DIRAC's own, in a process of the build's environment, against a stack of its
    own. With two BUILDS: how the second differs from the first.
    """
    names = builds or (DEFAULT_BUILD,)
    mistakes = [f"--front-door: {why}" for name in names if front_door and (why := why_not(name, front_door))]
    if len(builds) > 2:
        mistakes.append(f"one build or two are allowed, not {len(builds)}: {' '.join(builds)}")
    hang_s = _hang_s(hang, mistakes)
    if mistakes:
        raise SettingsError(mistakes)
    from harness.measure.policy_run import PolicyRun  # noqa: PLC0415 - numpy and scipy take a second
    from reports.policy_tables import POLICY_FORMATS  # noqa: PLC0415

    prepared = prepare_builds(names, cache_folder(), progress.print)
    baseline, contender = prepared[0], prepared[-1]
    versions = (baseline.identity.dirac_version, contender.identity.dirac_version)
    door, _ = front_doors_to_compare(versions, (front_door, front_door))
    run = PolicyRun(PROFILES[profile], seed, stack_folder(), door, rounds, elements, hang_s, progress.print)
    result = run.measure(baseline) if len(prepared) == 1 else run.compare(baseline, contender)
    click.echo(POLICY_FORMATS[form](result))


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
