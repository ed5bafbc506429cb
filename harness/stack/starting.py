"""From a build to a stack that answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import Profile
from harness.errors import StackError
from harness.model import FrontDoor
from harness.stack.certificates import make_certificates
from harness.stack.choosing import RuntimeChoice, choose_runtime, runtime_asked_for
from harness.stack.database import DatabaseServer
from harness.stack.front_doors import chosen_front_doors, numbers_of, reserved_ports
from harness.stack.lifecycle import Stack
from harness.stack.ownership import OwnedDirectory, disk_shortage, prepare_stack_root, remove_leftovers
from harness.stack.ports import ReservedPort

Progress = Callable[[str], None]


def start_stack(  # noqa: PLR0913  what to start, with which data, and where
    build: BuildEnvironment,
    *,
    profile: Profile,
    seed: int,
    stack_root: Path,
    log_directory: Path | None,
    service_port: int | None = None,
    front_doors: Sequence[FrontDoor] | None = None,
    must_answer_rightly: bool = True,
    configuration_service: bool = False,
    runtime: RuntimeChoice | None = None,
    progress: Progress = lambda _line: None,
) -> Stack:
    """Start a stack and load its data set; returns when it is ready.

    Without ``front_doors`` the stack has https, or dips where the release has no https. ``service_port`` is the
    port of the first; without it any free one is taken. Logs are written to ``log_directory`` and stay there;
    without one they go away with the stack. ``must_answer_rightly``: with the rows loaded, before it is ready.
    ``configuration_service``: services and clients ask DIRAC's Configuration service, in place of files of their
    own. ``runtime``: without one that of RSSBENCH_RUNTIME.
    StackError says which part failed; whatever was started is ended then.
    """
    started_s = time.monotonic()
    doors = chosen_front_doors(build.identity.dirac_version, front_doors)
    prepare_stack_root(stack_root)
    remove_leftovers(stack_root, progress)
    open_runtime = choose_runtime(runtime or runtime_asked_for(), build, stack_root, progress)
    with reserved_ports(doors, service_port) as ports, ReservedPort() as configuration_port:
        owned = OwnedDirectory(stack_root)
        logs = log_directory or owned.path / "logs"
        own_port = (configuration_port.number,) if configuration_service else ()
        opened = open_runtime(owned.mark, owned.path, (*own_port, *numbers_of(ports)))
        stack = Stack(owned.path, owned.mark, ports, logs, owned.remove, opened)
        stack.must_answer_rightly, stack.profile = must_answer_rightly, profile
        try:
            _start_parts(stack, build, configuration_port.number if configuration_service else None)
            stack.wait_for_services()
            progress(f"loading data set {profile.name}")
            stack.load(seed)
            stack.check()
        except (OSError, StackError, SQLAlchemyError) as error:
            reason = (stack.death() or f"{error}{_last_words(logs)}") + disk_shortage(stack_root)
            stack.stop()
            raise StackError(reason) from error
        except BaseException:
            stack.stop()
            raise
    stack.ready_s = time.monotonic() - started_s
    progress(f"stack ready in {stack.ready_s:.1f} s: {stack.service_url}")
    return stack


def _last_words(logs: Path) -> str:
    """What the services wrote last: one that lives may still say why it does not answer."""
    said = [f"{log.name}: {command.last_lines(log, 3)}" for log in sorted(logs.glob("service*.log"))]
    return "".join(f"\n{lines}" for lines in said)


def _start_parts(stack: Stack, build: BuildEnvironment, configuration_port: int | None) -> None:
    """The Configuration service, given a port, comes first. The services need seconds to load. Those behind https
    want the database only when called, so they start beside it; DISET services want it when they start."""
    stack.certificates = make_certificates(stack.directory / "pki")
    with DatabaseServer(stack.directory / "database", stack.runtime) as server:
        if configuration_port:
            stack.start_configuration_service(build, server.dirac, configuration_port)
        if "https" in stack.ports:
            stack.start_services(build, "https", server.dirac)
        stack.run("database", server.program(stack.directory.parent))
        stack.database_version = server.wait(stack.check)
        if "dips" in stack.ports:
            stack.start_services(build, "dips", server.dirac)
    stack.server, stack.database = server, server.suite
