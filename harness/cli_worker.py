"""``rssbench worker``: processes of this machine that send a share of the load of a run elsewhere."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from harness.cli_conventions import EXIT_HARNESS, progress, refuse, reports_errors, stop
from harness.interruption import Interruption
from harness.measure.worker_host import work
from harness.settings import stack_folder
from harness.settings_values import address, duration_s
from scenarios.remote.orders import WorkerOrders
from scenarios.remote.token_file import read_token

_FILE = click.Path(exists=True, dir_okay=False, resolve_path=True)


@click.command()
@click.option("--master", required=True, help="HOST:PORT where the run listens (modules.rss-load.bind)")
@click.option(
    "--token-file", required=True, type=click.Path(path_type=Path), help="the secret of the run, mode 0600"
)
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="workers to start here"
)
@click.option("--name", help="of these workers, unlike all others of the run  [default: name of this machine]")
@click.option("--ca", type=_FILE, help="the service's authority; these three where the run's own files are not")
@click.option("--certificate", type=_FILE, help="of the user that calls the service")
@click.option("--key", type=_FILE, help="of that certificate")
@click.option("--wait", default="10m", show_default=True, help="how long to look for a master, before each trial")
@reports_errors
def worker(  # noqa: PLR0913, PLR0917  one argument per option
    master: str,
    token_file: Path,
    processes: int,
    name: str | None,
    ca: str | None,
    certificate: str | None,
    key: str | None,
    wait: str,
) -> None:
    """Send a share of the load of a run that waits for remote workers.

    Works trial after trial until the run is over (exit code 0), or ends with 4 and the reason.
    """
    Interruption()
    mistakes: list[str] = []
    host, port, wait_s = "", 0, 0.0
    try:
        host, port = address(master)
    except ValueError as error:
        mistakes.append(f"--master: {master!r} is not allowed; allowed: {error}")
    try:
        wait_s = duration_s(wait)
    except ValueError as error:
        mistakes.append(f"--wait: {wait!r} is not allowed; allowed: {error}")
    try:
        read_token(token_file)
    except ValueError as error:
        mistakes.append(f"--token-file: {error}")
    if len({ca is None, certificate is None, key is None}) > 1:
        mistakes.append("--ca, --certificate and --key: all three, or none")
    refuse(mistakes)
    base = name or socket.gethostname()
    orders = [
        WorkerOrders(
            host=host,
            port=port,
            token_file=str(token_file.absolute()),
            name=f"{base}/{number}",
            directory="",
            wait_s=wait_s,
            ca_file=ca,
            certificate_file=certificate,
            key_file=key,
        )
        for number in range(processes)
    ]
    progress.print(f"{base}: {processes} workers for the run at {host}:{port}")
    try:
        work(orders, stack_folder(), progress.print)
    except KeyboardInterrupt:
        stop(f"{base}: ended; the run that it worked for cannot be complete", EXIT_HARNESS)
