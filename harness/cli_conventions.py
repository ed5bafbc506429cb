"""What all commands keep to: exit codes, a message for every error of ours, progress on stderr, three formats."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import NoReturn, ParamSpec

import click
from rich.console import Console

from harness.comparison import Verdict
from harness.errors import RssbenchError, SettingsError
from harness.index.indexing import index_finished_run
from harness.settings_keys import STACK_KEYS
from harness.settings_values import duration_s
from harness.stack.choosing import RUNTIME_CHOICES, RUNTIME_VARIABLE

EXIT_OK, EXIT_FAILED_RUN, EXIT_USAGE, EXIT_INCONCLUSIVE, EXIT_HARNESS = 0, 1, 2, 3, 4

EXIT_OF_VERDICT: dict[Verdict, int] = {
    "same": EXIT_OK,
    "improvement": EXIT_OK,
    "regression": EXIT_FAILED_RUN,
    "wrong": EXIT_FAILED_RUN,
    "inconclusive": EXIT_INCONCLUSIVE,
}

Given = ParamSpec("Given")

#: The build that is meant when none is named.
DEFAULT_BUILD = str(next(key.default for key in STACK_KEYS if key.name == "build"))

progress = Console(stderr=True, highlight=False, soft_wrap=True)

format_option = click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True
)


runtime_option = click.option(
    "--runtime",
    type=click.Choice(RUNTIME_CHOICES),
    help=f"how the stack runs; auto: containers where an engine answers, else processes  [${RUNTIME_VARIABLE}]",
)


def reports_errors(function: Callable[Given, None]) -> Callable[Given, None]:
    """Turn our errors into one message on stderr and the exit code that belongs to them."""

    @wraps(function)
    def wrapped(*arguments: Given.args, **options: Given.kwargs) -> None:
        try:
            function(*arguments, **options)
        except SettingsError as error:
            stop(str(error), EXIT_USAGE)
        except RssbenchError as error:
            stop(str(error), EXIT_HARNESS)

    return wrapped


def refuse(mistakes: list[str]) -> None:
    """SettingsError with all of them, if there are any: nothing is started."""
    if mistakes:
        raise SettingsError(mistakes)


def stop(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


def add_to_index(directory: Path) -> None:
    """What has ended and is on disk. What hinders that is said and no more."""
    if warning := index_finished_run(directory, os.environ):
        progress.print(warning)


def read_budget_s(budget: str, mistakes: list[str]) -> float:
    """The value of ``--budget`` in seconds; one that is not allowed is added to ``mistakes``."""
    try:
        return duration_s(budget)
    except ValueError as error:
        mistakes.append(f"--budget: {budget!r} is not allowed; allowed: {error}")
        return 0.0
