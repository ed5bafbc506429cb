"""``rssbench stack``: a stack to play with."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from harness.builds.environment import prepare_build
from harness.cli_conventions import DEFAULT_BUILD, format_option, progress, reports_errors, runtime_option
from harness.cli_measurements import front_door_mistakes
from harness.dataset.profiles import PROFILES
from harness.errors import SettingsError
from harness.model import FRONT_DOORS, FrontDoor
from harness.settings import cache_folder, stack_folder
from harness.stack.choosing import RuntimeChoice, runtime_asked_for


@click.group()
def stack() -> None:
    """A stack to play with: started here, alive until `stack down`."""


@stack.command()
@click.argument("build", default=DEFAULT_BUILD)
@click.option("--profile", type=click.Choice(list(PROFILES)), default="M", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--port", type=click.IntRange(1024, 65535), help="of the services; a free one if not given")
@click.option("--front-door", type=click.Choice(FRONT_DOORS), help="https where the release has it, else dips")
@click.option("--configuration-service", is_flag=True, help="with one, which services and clients ask")
@runtime_option
@format_option
@reports_errors
def up(  # noqa: PLR0913, PLR0917  one argument per option
    build: str,
    profile: str,
    seed: int,
    port: int | None,
    front_door: FrontDoor | None,
    configuration_service: bool,  # noqa: FBT001  as click calls it
    runtime: RuntimeChoice | None,
    form: str,
) -> None:
    """Start a stack of BUILD and print its URL, certificates, database, and what clients need."""
    if mistakes := front_door_mistakes([build], front_door):
        raise SettingsError(mistakes)
    from harness.stack.keeper import stack_up  # noqa: PLC0415

    environment = prepare_build(build, cache_folder(), progress.print)
    info = stack_up(
        environment,
        profile=PROFILES[profile],
        seed=seed,
        stack_root=stack_folder(),
        service_port=port,
        front_door=front_door,
        configuration_service=configuration_service,
        runtime=runtime or runtime_asked_for(),
        progress=progress.print,
    )
    print_stacks([info], form)


@stack.command()
@format_option
@reports_errors
def status(form: str) -> None:
    """List the stacks that `stack up` started."""
    from harness.stack.keeper import stack_status  # noqa: PLC0415

    print_stacks(stack_status(stack_folder()), form)


@stack.command()
@reports_errors
def down() -> None:
    """End all stacks that `stack up` started."""
    from harness.stack.keeper import stack_down  # noqa: PLC0415

    click.echo(f"{stack_down(stack_folder())} stacks ended")


def print_stacks(stacks: list[Any], form: str) -> None:
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(stacks), indent=2))
        return
    if not stacks:
        click.echo("no stack is up")
    for info in stacks:
        for name, value in msgspec.to_builtins(info).items():
            click.echo(f"| {name} | {value} |" if form == "markdown" else f"{name:18} {value}")
