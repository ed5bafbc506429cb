"""The generator processes of one trial when they are elsewhere: a master here, which they come to."""

from __future__ import annotations

import ipaddress
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness import command
from harness.errors import RssbenchError
from harness.measure.workers import READY_TIMEOUT_S, Workers
from harness.store import writing
from scenarios.load_plan import LoadPlan
from scenarios.remote.orders import MasterOrders
from scenarios.remote.record import FAILURE_FILE
from scenarios.start_file import write_start

#: Between the last worker's ready and the first arrival: time for all of them to hear of it.
REMOTE_START_DELAY_S = 1.0


@dataclass(frozen=True)
class RemoteSettings:
    """Where workers come to, how many, and how long they are waited for."""

    workers: int
    host: str
    port: int
    token_file: Path
    wait_s: float


def is_loopback(host: str) -> bool:
    """Whether nobody on another machine can reach this address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class RemoteWorkers(Workers):
    """The files are those of workers on this machine. ``last``: no other trial of the run comes after this one."""

    def __init__(self, plan: LoadPlan, mark: str, settings: RemoteSettings, *, last: bool) -> None:
        super().__init__(plan, mark)
        self.settings = settings
        self.last = last

    @property
    def pids(self) -> tuple[int, ...]:
        """None on this machine; what they use comes with their samples (harness/measure/remote_usage.py)."""
        return ()

    def start(self) -> None:
        """Wait until all workers are here and connected; RssbenchError when one cannot work or does not come."""
        self._check_port()
        with writing(self.directory):
            self._write_plan()
            self.processes.append(self._start_master())
        # the master gives up first, and says which are missing
        self._wait_until_ready(self.settings.wait_s + 3 * READY_TIMEOUT_S)

    def release(self) -> int:
        start_ns = time.monotonic_ns() + int(REMOTE_START_DELAY_S * 1e9)
        with writing(self.directory / "start"):
            write_start(self.directory, start_ns)
        return start_ns

    def _start_master(self) -> command.Process:
        settings = self.settings
        orders = MasterOrders(
            plan=self.plan,
            host=settings.host,
            port=settings.port,
            token_file=str(settings.token_file),
            wait_s=settings.wait_s,
            last=self.last,
        )
        file = self.directory / "master.json"
        file.write_bytes(msgspec.json.encode(orders))
        return command.start(
            [sys.executable, "-m", "scenarios.remote.master", file], log_file=self._log_file(0), mark=self.mark
        )

    def _check_port(self) -> None:
        """RssbenchError when the master could not listen; that of the trial before has ended."""
        address = (self.settings.host, self.settings.port)
        try:
            with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            raise RssbenchError(
                f"cannot listen for workers on {address[0]}:{address[1]}: {error.strerror or error}; "
                f"choose another modules.rss-load.bind"
            ) from error

    def _failure(self, worker: int, what: str) -> RssbenchError:
        try:
            return RssbenchError((self.directory / FAILURE_FILE).read_text())
        except OSError:
            return super()._failure(worker, what)

    def _log_file(self, worker: int) -> Path:
        del worker
        return self.directory / "master.log"
