"""A service that answers OK to everything over HTTPS, in a process of its own, after a time that is known.

``python -m harness.selftest.stall.known_service DIRECTORY`` serves with the certificates below DIRECTORY, writes
its port to the file ``port`` there, and ends with whoever started it. It is single-threaded as DIRAC's Tornado
is: while it is busy with one request the others wait. ``--busy TEXT=MS`` makes it work that long for requests
that contain TEXT; ``--stall LENGTH_S/PERIOD_S`` makes it stand still for the first LENGTH_S of every PERIOD_S of
CLOCK_MONOTONIC.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import ssl
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import command
from harness.dataset.content import catalogue_of
from harness.dataset.profiles import PROFILES
from harness.errors import RssbenchError
from harness.stack.certificates import Certificates, make_certificates
from scenarios.catalogue import write_catalogue
from scenarios.load_plan import LoadPlan

BODY = b'{"OK": true, "Value": null}'
_START_TIMEOUT_S = 20.0
_LOOK_FOR_PARENT_S = 0.5

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


@dataclass(frozen=True)
class Behaviour:
    busy_s: dict[bytes, float]
    stall_s: float
    period_s: float

    def act(self, request: bytes) -> None:
        begin_s = time.monotonic()
        stall_left_s = self.stall_s - begin_s % self.period_s
        if stall_left_s > 0:
            time.sleep(stall_left_s)
        for text, busy_s in self.busy_s.items():
            if text in request:
                begin_s = time.perf_counter()
                while time.perf_counter() - begin_s < busy_s:
                    pass


class Connection(asyncio.Protocol):
    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, mark, body = self.received.partition(b"\r\n\r\n")
        if mark and len(body) >= int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]):
            request, self.received = self.received, b""
            self.behaviour.act(request)
            self.transport.write(ANSWER)


@dataclass(frozen=True)
class Server:
    url: str
    certificates: Certificates
    catalogue_file: Path

    def plan(self, output_dir: Path, **load: object) -> LoadPlan:
        output_dir.mkdir(parents=True, exist_ok=True)
        admin = self.certificates.identities["admin"]
        return LoadPlan(
            service_url=self.url,
            ca_file=str(self.certificates.ca_file),
            certificate_file=str(admin.certificate_file),
            key_file=str(admin.key_file),
            catalogue_file=str(self.catalogue_file),
            output_dir=str(output_dir),
            **({"token_prefix": "known"} | load),  # type: ignore[arg-type]
        )


@contextlib.contextmanager
def serving(directory: Path, *options: str) -> Iterator[Server]:
    """A server and what a plan for it needs; ends with the block. RssbenchError when it does not start."""
    directory.mkdir(parents=True, exist_ok=True)
    certificates = make_certificates(directory / "certificates")
    catalogue_file = directory / "catalogue.json"
    rows = dict.fromkeys(("SiteStatus", "ResourceStatus", "PilotCache", "PolicyResult", "DowntimeCache"), 1)
    write_catalogue(catalogue_of(PROFILES["S"], 1, rows), catalogue_file)
    program: list[str | Path] = [sys.executable, "-m", "harness.selftest.stall.known_service", directory, *options]
    process = command.start(program, log_file=directory / "server.log", mark=f"known-service-{directory}")
    try:
        yield Server(f"https://localhost:{_port(directory, process)}", certificates, catalogue_file)
    finally:
        process.terminate()
        process.wait()


def _port(directory: Path, process: command.Process) -> int:
    deadline_s = time.monotonic() + _START_TIMEOUT_S
    while not (directory / "port").exists():
        if process.poll() is not None or time.monotonic() > deadline_s:
            raise RssbenchError(
                f"the known service does not start:\n{command.last_lines(directory / 'server.log')}"
            )
        command.wait_seconds(0.02)
    return int((directory / "port").read_text())


async def serve(directory: Path, behaviour: Behaviour) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "certificates/host.pem", directory / "certificates/host-key.pem")
    context.load_verify_locations(directory / "certificates/ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(behaviour), "localhost", 0, ssl=context)
    (directory / "port.tmp").write_text(str(server.sockets[0].getsockname()[1]))
    (directory / "port.tmp").rename(directory / "port")
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110  nobody tells that it is gone
        await asyncio.sleep(_LOOK_FOR_PARENT_S)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--busy", action="append", default=[])
    parser.add_argument("--stall", default="0/1")
    options = parser.parse_args()
    busy_s = {text.encode(): float(ms) / 1e3 for text, ms in (busy.split("=") for busy in options.busy)}
    stall_s, period_s = map(float, options.stall.split("/"))
    asyncio.run(serve(options.directory, Behaviour(busy_s, stall_s, period_s)))


if __name__ == "__main__":
    main()
