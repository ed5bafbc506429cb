"""Stacks to play with: each is owned by a detached keeper process, until it is told to stop.

The keeper describes its stack in ``stack.json`` in the stack's directory, so the description goes away with the
stack, however that ends.
"""

from __future__ import annotations

import secrets
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

import harness
from harness import command
from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES, Profile
from harness.errors import RssbenchError, StackError
from harness.model import BuildIdentity, FrontDoor
from harness.stack.choosing import RuntimeChoice, choose_runtime
from harness.stack.client_environment import ClientEnvironment, make_client_environment
from harness.stack.lifecycle import Stack
from harness.stack.ownership import is_owned, prepare_stack_root, remove_leftovers, stack_directories
from harness.stack.private_file import write_private
from harness.stack.starting import start_stack

_INFO = "stack.json"
_POLL_S = 0.05
_STOP_TIMEOUT_S = 30.0
_CHECK_INTERVAL_S = 1.0


class StackInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one needs to use a kept stack. The password of the database is only in ``database_options``, a
    file for ``mariadb --defaults-file=...``."""

    mark: str
    keeper: str
    build: str
    profile: str
    seed: int
    service_url: str
    service_urls: tuple[str, ...]
    #: of the Configuration service; empty when the stack has none
    configuration_url: str
    ca_file: str
    admin_certificate: str
    admin_key: str
    user_certificate: str
    user_key: str
    #: for DIRAC's own clients: dirac.cfg, a proxy of the admin, and what a shell reads (``.``) to use both
    client_cfg: str
    client_proxy: str
    client_environment: str
    database_url: str
    database_options: str
    catalogue_file: str
    log_directory: str
    ready_s: float
    #: ``processes``, or ``containers`` with their engine
    runtime: str


class Orders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a keeper is to start; ``keeper`` is its own mark."""

    keeper: str
    python: str
    identity: BuildIdentity
    profile: str
    seed: int
    stack_root: str
    service_port: int | None
    front_door: FrontDoor | None
    configuration_service: bool
    runtime: RuntimeChoice


def stack_up(  # noqa: PLR0913  what to start, with which data, and where
    build: BuildEnvironment,
    *,
    profile: Profile,
    seed: int,
    stack_root: Path,
    service_port: int | None = None,
    front_door: FrontDoor | None = None,
    configuration_service: bool = False,
    runtime: RuntimeChoice = "processes",
    progress: Callable[[str], None] = lambda _line: None,
) -> StackInfo:
    """Start a keeper with a stack of its own; returns when the stack is ready. StackError says why it is not."""
    prepare_stack_root(stack_root)
    choose_runtime(runtime, build, stack_root, progress)  # images are made while somebody watches
    keeper = f"keeper-{secrets.token_hex(4)}"
    orders = Orders(
        keeper,
        str(build.python),
        build.identity,
        profile.name,
        seed,
        str(stack_root.absolute()),
        service_port,
        front_door,
        configuration_service,
        runtime,
    )
    orders_file, log_file = stack_root / f"{keeper}.json", stack_root / f"{keeper}.log"
    write_private(orders_file, msgspec.json.encode(orders).decode())
    try:
        process = command.start(
            [sys.executable, "-m", "harness.stack.keeper", orders_file.absolute()],
            log_file=log_file,
            mark=keeper,
            directory=Path(harness.__file__).parent.parent,
        )
        info = _await(process, keeper, stack_root, log_file)
    except BaseException:
        command.stop_marked(keeper, timeout_s=_STOP_TIMEOUT_S)
        raise
    finally:
        orders_file.unlink()
        log_file.unlink(missing_ok=True)
    process.returncode = 0  # outlives us on purpose: Popen must not warn that it was not waited for
    return info


def _await(process: command.Process, keeper: str, stack_root: Path, log_file: Path) -> StackInfo:
    while process.poll() is None:
        for info in stack_status(stack_root):
            if info.keeper == keeper:
                return info
        command.wait_seconds(_POLL_S)
    raise StackError(command.last_lines(log_file, 40))


def stack_status(stack_root: Path) -> list[StackInfo]:
    """The kept stacks that are ready."""
    found = []
    for directory in stack_directories(stack_root):
        try:
            text = (directory / _INFO).read_bytes()
        except OSError:
            continue  # not a kept one, not ready, or just ending
        if is_owned(directory):
            found.append(msgspec.json.decode(text, type=StackInfo))
    return found


def stack_down(stack_root: Path) -> int:
    """End all kept stacks, and what killed owners left; returns how many kept stacks there were."""
    kept = stack_status(stack_root)
    for info in kept:
        command.stop_marked(info.keeper, timeout_s=_STOP_TIMEOUT_S)
    remove_leftovers(stack_root, lambda _line: None)
    return len(kept)


def keep(orders: Orders) -> None:
    """Start the stack and hold it until SIGTERM comes or a part of it dies."""
    build = BuildEnvironment(Path(orders.python), orders.identity)
    with start_stack(
        build,
        profile=PROFILES[orders.profile],
        seed=orders.seed,
        stack_root=Path(orders.stack_root),
        log_directory=None,
        service_port=orders.service_port,
        front_doors=(orders.front_door,) if orders.front_door else None,
        configuration_service=orders.configuration_service,
        runtime=orders.runtime,
    ) as stack:
        client = make_client_environment(stack, build)
        # not before: processes started with blocked signals cannot be ended by them
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        _describe(stack, orders, client)
        while signal.sigtimedwait({signal.SIGTERM}, _CHECK_INTERVAL_S) is None:
            stack.check()


def _describe(stack: Stack, orders: Orders, client: ClientEnvironment) -> None:
    address = stack.database
    options_file = stack.directory / "database.cnf"
    options = {"host": address.host, "port": address.port, "user": address.user, "password": address.password}
    lines = "".join(f"{name}={value}\n" for name, value in options.items())
    write_private(options_file, f"[client]\n{lines}")
    admin, user = stack.identities["admin"], stack.identities["user"]
    info = StackInfo(
        mark=stack.mark,
        keeper=orders.keeper,
        build=orders.identity.name,
        profile=orders.profile,
        seed=orders.seed,
        service_url=stack.service_url,
        service_urls=stack.service_urls,
        configuration_url=stack.configuration_url,
        ca_file=str(stack.ca_file),
        admin_certificate=str(admin.certificate_file),
        admin_key=str(admin.key_file),
        user_certificate=str(user.certificate_file),
        user_key=str(user.key_file),
        client_cfg=str(client.cfg_file),
        client_proxy=str(client.proxy_file),
        client_environment=str(client.shell_file),
        database_url=address.url("ResourceStatusDB").render_as_string(hide_password=True),
        database_options=str(options_file),
        catalogue_file=str(stack.catalogue_file),
        log_directory=str(stack.log_directory),
        ready_s=stack.ready_s,
        runtime=" ".join(filter(None, (stack.runtime.name, stack.runtime.engine_name))),
    )
    unfinished = stack.directory / f"{_INFO}.unfinished"
    write_private(unfinished, msgspec.json.encode(info).decode())
    unfinished.rename(stack.directory / _INFO)


def main() -> None:
    try:
        keep(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Orders))
    except RssbenchError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
