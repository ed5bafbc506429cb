"""Which runtime a stack gets: the one asked for, or with ``auto`` containers where an engine answers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

from harness.builds.environment import BuildEnvironment
from harness.errors import SettingsError, StackError
from harness.model import LocalRuntime
from harness.stack.containers import open_containers
from harness.stack.engine import Engine, find_engine
from harness.stack.images import database_image, remove_abandoned_layers, service_image
from harness.stack.processes import Processes
from harness.stack.runtime import Kind, OpenRuntime, Runtime

#: What a user may ask for.
RuntimeChoice = Literal["processes", "containers", "auto"]
RUNTIME_CHOICES: tuple[RuntimeChoice, ...] = get_args(RuntimeChoice)

RUNTIME_VARIABLE = "RSSBENCH_RUNTIME"
#: Program of the engine, by name or path, in place of the first that answers.
ENGINE_VARIABLE = "RSSBENCH_ENGINE"
#: Image of the database in place of ours.
DATABASE_IMAGE_VARIABLE = "RSSBENCH_DATABASE_IMAGE"

Progress = Callable[[str], None]


def runtime_asked_for() -> RuntimeChoice:
    """By the environment, where no option or key says it. SettingsError when it is none."""
    asked = os.environ.get(RUNTIME_VARIABLE, "processes")
    for choice in RUNTIME_CHOICES:
        if choice == asked:
            return choice
    raise SettingsError(
        [f"environment: {RUNTIME_VARIABLE}: {asked!r} is not allowed; allowed: {', '.join(RUNTIME_CHOICES)}"]
    )


def runtimes_to_compare(
    asked: tuple[RuntimeChoice, RuntimeChoice], progress: Progress
) -> tuple[LocalRuntime, LocalRuntime]:
    """Of baseline and contender, decided once: ``auto`` is the same for every stack of a comparison."""
    decided = {choice: _decided(choice, progress) for choice in dict.fromkeys(asked)}
    return decided[asked[0]], decided[asked[1]]


def _decided(asked: RuntimeChoice, progress: Progress) -> LocalRuntime:
    if asked == "auto":
        return "containers" if _engine(asked, progress) else "processes"
    return asked


def choose_runtime(
    asked: RuntimeChoice, build: BuildEnvironment, stack_root: Path, progress: Progress
) -> OpenRuntime:
    """What opens the runtime of a stack of ``build``, with its images made. StackError when containers are asked
    for and no engine answers, or an image cannot be made."""
    engine = None if asked == "processes" else _engine(asked, progress)
    if engine is None:
        return _open_processes
    remove_abandoned_layers(engine)
    images: dict[Kind, str] = {
        "database": database_image(engine, os.environ.get(DATABASE_IMAGE_VARIABLE), stack_root, progress),
        "dirac": service_image(engine, build, stack_root, progress),
    }
    return open_containers(engine, images)


def _engine(asked: RuntimeChoice, progress: Progress) -> Engine | None:
    try:
        engine = find_engine(os.environ.get(ENGINE_VARIABLE))
    except StackError as error:
        if asked != "auto":
            raise
        progress(f"runtime: processes ({error})")
        return None
    progress(f"runtime: containers ({engine})")
    return engine


def _open_processes(mark: str, _directory: Path, _ports: object) -> Runtime:
    return Processes(mark)
