"""A service that answers OK to everything over HTTPS, in a process of its own, after a time that is known.

``python tls_server.py DIRECTORY`` serves with the certificates below DIRECTORY, prints its port, and ends when its
stdin closes. It is single-threaded as DIRAC's Tornado is: while it is busy with one request the others wait.
``--busy TEXT=MS`` makes it work that long for requests that contain TEXT; ``--stall LENGTH_S/PERIOD_S`` makes it
stand still for the first LENGTH_S of every PERIOD_S of CLOCK_MONOTONIC.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.dataset.content import catalogue_of
from harness.dataset.profiles import PROFILES
from harness.stack.certificates import Certificates, make_certificates
from scenarios.catalogue import write_catalogue
from scenarios.load_plan import LoadPlan

BODY = b'{"OK": true, "Value": null}'
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
            **({"token_prefix": "benchmark"} | load),  # type: ignore[arg-type]
        )


@contextlib.contextmanager
def serving(directory: Path, *options: str) -> Iterator[Server]:
    """A server and what a plan for it needs; ends with the block."""
    directory.mkdir(parents=True, exist_ok=True)
    certificates = make_certificates(directory / "certificates")
    catalogue_file = directory / "catalogue.json"
    rows = dict.fromkeys(("SiteStatus", "ResourceStatus", "PilotCache", "PolicyResult", "DowntimeCache"), 1)
    write_catalogue(catalogue_of(PROFILES["S"], 1, rows), catalogue_file)
    command = [sys.executable, __file__, str(directory), *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Server(f"https://localhost:{int(process.stdout.readline())}", certificates, catalogue_file)
        process.stdin.close()


async def serve(directory: Path, behaviour: Behaviour) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "certificates/host.pem", directory / "certificates/host-key.pem")
    context.load_verify_locations(directory / "certificates/ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(behaviour), "localhost", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = loop.create_future()
    loop.add_reader(sys.stdin, lambda: ended.done() or ended.set_result(None))
    await ended


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
