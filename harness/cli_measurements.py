"""What the commands that measure one thing share: a folder for the result, its page, how they end."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from harness.cli_conventions import EXIT_HARNESS, EXIT_OK, add_to_index, progress
from harness.errors import RssbenchError, SettingsError
from harness.interruption import Interruption
from harness.measure.measurement_record import Place
from harness.measurement import Measurement
from harness.model import FrontDoor
from harness.settings import stack_folder
from harness.stack.front_doors import why_not
from harness.store import ResultKind, new_directory

Kept = TypeVar("Kept", bound=Measurement)

results_option = click.option(
    "--results", type=click.Path(path_type=Path), default="results", show_default=True, help="where it is stored"
)


def front_door_mistakes(builds: Sequence[str], front_door: FrontDoor | None) -> list[str]:
    """What can be said of --front-door before a build is prepared."""
    return [f"--front-door: {why}" for name in builds if front_door and (why := why_not(name, front_door))]


def new_place(results: Path) -> Place:
    """A new folder for this command, which tells its progress on stderr. RssbenchError when it cannot be made."""
    return Place(new_directory(results), shlex.join(["rssbench", *sys.argv[1:]]), stack_folder(), progress.print)


def measured(run: Callable[[], object]) -> None:
    """Run it to its end, to the first signal, or to what hinders it: what it kept until then is on disk.

    SettingsError as it comes.
    """
    Interruption()
    try:
        run()
    except KeyboardInterrupt:
        progress.print("interrupted; what was measured is kept")
    except SettingsError:
        raise
    except RssbenchError as error:
        progress.print(str(error))


def show(
    kind: ResultKind[Kept], directory: Path, form: str, exit_code_of: Callable[[Kept], int] = lambda _: EXIT_OK
) -> NoReturn:
    """Page, index, result on stdout; then its exit code, or that of what came to no end."""
    result = show_again(kind, directory, form)
    add_to_index(directory)
    sys.exit(exit_code_of(result) if result.status == "complete" else EXIT_HARNESS)


def show_again(kind: ResultKind[Kept], directory: Path, form: str) -> Kept:
    """The page made anew from what is stored, and the result on stdout."""
    from reports.measurement_page import write_measurement_page  # noqa: PLC0415 - only when there is something
    from reports.measurements import measurement_text  # noqa: PLC0415

    result = kind.read(directory)
    page = write_measurement_page(directory)
    click.echo(measurement_text(kind, result, form))
    progress.print(f"report: {page}")
    return result
