"""``rssbench email-cache``: what the cache of DIRAC's EmailAction costs on MariaDB, and did on SQLite."""

from __future__ import annotations

from pathlib import Path

import click

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
from harness.email_cache import EmailCacheResult
from harness.errors import SettingsError
from harness.model import FRONT_DOORS, FrontDoor
from harness.settings import cache_folder
from harness.store import EMAIL_CACHE

#: The threads of an inspector agent, which are as many as DIRAC allows by default, and fewer.
_DEFAULT_WRITERS = "1,4,15"
_MOST_WRITERS = 64


def writer_numbers(text: str) -> tuple[int, ...]:
    """Read ``1,4,15``; SettingsError says what is allowed."""
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdigit() and 0 < int(word) <= _MOST_WRITERS for word in words):
        raise SettingsError(
            [f"--writers: {text!r} is not allowed; allowed: numbers from 1 to {_MOST_WRITERS}, such as 1,4,15"]
        )
    return tuple(dict.fromkeys(map(int, words)))


@click.command("email-cache")
@click.argument("build", default=DEFAULT_BUILD)
@click.option("--front-door", type=click.Choice(FRONT_DOORS), help="https where the release has it, else dips")
@click.option("--writers", default=_DEFAULT_WRITERS, show_default=True, help="that write at the same time")
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 600),
    default=10.0,
    show_default=True,
    help="of one block; SQLite gives up waiting after 5",
)
@click.option("--repetitions", type=click.IntRange(1, 100), default=3, show_default=True)
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="of the order of the blocks"
)
@click.option(
    "--sqlite-folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="where the SQLite files are; beside the data of MariaDB if not given",
)
@results_option
@format_option
@reports_errors
def email_cache(  # noqa: PLR0913, PLR0917  one argument per option
    build: str,
    front_door: FrontDoor | None,
    writers: str,
    seconds: float,
    repetitions: int,
    seed: int,
    sqlite_folder: Path | None,
    results: Path,
    form: str,
) -> None:
    """Write messages with DIRAC's EmailAction to MariaDB, with and without the service, and to a SQLite file.

    Every message is looked up afterwards. Exit code 1 when DIRAC's own cache failed or lost messages.
    """
    numbers = writer_numbers(writers)
    if mistakes := front_door_mistakes([build], front_door):
        raise SettingsError(mistakes)
    from harness.measure.email_cache import Blocks, measure_email_cache, settings_of  # noqa: PLC0415 - a second

    environment = prepare_build(build, cache_folder(), progress.print)
    place = new_place(results)
    blocks = Blocks(seconds, repetitions, seed)
    measured(
        lambda: measure_email_cache(
            environment,
            settings_of(numbers),
            blocks,
            place,
            front_door=front_door,
            sqlite_folder=sqlite_folder,
        )
    )
    show(EMAIL_CACHE, place.directory, form, exit_code_of)


def exit_code_of(result: EmailCacheResult) -> int:
    """What SQLite does wrong is a finding; what DIRAC's own cache does wrong is a failure."""
    own = [one for one in result.settings if one.setting.cache != "sqlite"]
    return EXIT_FAILED_RUN if any(one.errors or one.lost or one.twice for one in own) else EXIT_OK
