"""CPU time of a client per call: ours beside DIRAC's own, over DISET and over HTTPS, on the same real services.

One process per client and round, the rounds interleaved, one call after the other: a select of one row. Beside
them the client's half of a TLS handshake alone, with the same certificates, in memory: no client needs less.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec

from harness.builds.environment import BuildEnvironment, prepare_build
from harness.dataset.profiles import PROFILES
from harness.measure.load_lane import DEFAULT_LOAD
from harness.measure.trial_plan import plan_trial
from harness.model import FrontDoor
from harness.settings import cache_folder
from harness.stack.configuration import client_cfg, group_of, service_url
from harness.stack.lifecycle import Stack
from harness.stack.releases import series_of
from harness.stack.service import DIRAC_SIDE, dirac_environment
from harness.stack.starting import start_stack
from scenarios.catalogue import read_catalogue
from scenarios.tls_connection import client_context

HERE = Path(__file__).parent
WARM_UP = 20
SERVICE, METHOD = "ResourceStatus", "select"

Measured = dict[str, float]


class Callers:
    """Runs one client as a process of its own; ``directory`` is for its files."""

    def __init__(self, stack: Stack, build: BuildEnvironment, directory: Path, calls: int) -> None:
        self.stack, self.build, self.directory = stack, build, directory
        name = read_catalogue(stack.catalogue_file).resource_status[0].Name
        arguments = ["ResourceStatus", {"Name": name, "StatusType": "all", "VO": "all"}]
        service = {"service": SERVICE, "method": METHOD, "arguments": arguments}
        self.orders: dict[str, Any] = {
            "warm_up": WARM_UP,
            "calls": calls,
            "pids": list(stack.pids["service"]),
            **service,
        }

    def ours(self, door: FrontDoor, connection: str = "per-call", *, quick_ack: bool = True) -> Measured:
        plan = plan_trial(self.stack, "select_mix", DEFAULT_LOAD, self.directory, seed=1)
        diset = self.stack.diset("admin") if door == "dips" else None
        diset = diset and msgspec.structs.replace(diset, quick_ack=quick_ack)
        plan = msgspec.structs.replace(plan, connection=connection, diset=diset)
        return self._run([sys.executable, HERE / "own_caller.py"], {"plan": msgspec.to_builtins(plan)}, os.environ)

    def diracs(self, door: FrontDoor) -> Measured:
        admin = self.stack.identities["admin"]
        cfg_file = self.directory / "dirac.cfg"
        cfg_file.write_text(client_cfg(self.stack.dips.settings))
        orders = {
            "cfg": str(cfg_file),
            "certificate": str(admin.certificate_file),
            "key": str(admin.key_file),
            "group": group_of("admin"),
            "proxy": str(self.directory / "proxy.pem"),
            "url": service_url(door, SERVICE, self.stack.ports[door][SERVICE]),
        }
        environment = dirac_environment(self.build, self.directory) | {"PYTHONPATH": f"{DIRAC_SIDE}:{HERE}"}
        return self._run([self.build.python, HERE / "dirac_caller.py"], orders, environment)

    def _run(self, command: list[Any], orders: dict[str, Any], environment: Any) -> Measured:  # noqa: ANN401
        orders_file = self.directory / "orders.json"
        orders_file.write_text(json.dumps(self.orders | orders))
        done = subprocess.run(
            [*command, orders_file], env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode:
            raise SystemExit(f"{command}: {done.stdout}{done.stderr}")
        measured: Measured = json.loads(done.stdout.strip().splitlines()[-1])
        if measured["failed"]:
            raise SystemExit(f"{command}: {measured['failed']:.0f} calls failed")
        return measured


def handshake(stack: Stack, times: int) -> Measured:
    """CPU time of the client's half, per handshake, between two memory buffers of this process."""
    host, admin = stack.identities["host"], stack.identities["admin"]
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(host.certificate_file, host.key_file)
    server.load_verify_locations(stack.ca_file)
    server.verify_mode = ssl.CERT_REQUIRED
    client = client_context(str(stack.ca_file), str(admin.certificate_file), str(admin.key_file))
    client_ns, all_ns = 0, time.process_time_ns()
    for _ in range(times):
        to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        begin_ns = time.process_time_ns()
        ours = client.wrap_bio(to_client, to_server, server_hostname="localhost")
        client_ns += time.process_time_ns() - begin_ns
        theirs = server.wrap_bio(to_server, to_client, server_side=True)
        waiting = [ours, theirs]
        while waiting:
            begin_ns = time.process_time_ns()
            side = waiting.pop(0)
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                waiting.append(side)
            client_ns += time.process_time_ns() - begin_ns if side is ours else 0
    other_s = (time.process_time_ns() - all_ns - client_ns) / 1e9 / times
    return {"cpu_s": client_ns / 1e9 / times, "service_cpu_s": other_s, "p50_s": math.nan, "failed": 0}


def clients_of(callers: Callers, doors: tuple[FrontDoor, ...]) -> dict[str, Callable[[], Measured]]:
    clients: dict[str, Callable[[], Measured]] = {
        "a TLS handshake alone": lambda: handshake(callers.stack, callers.orders["calls"]),
        "ours, DISET": lambda: callers.ours("dips"),
        "ours, DISET, no quick ack": lambda: callers.ours("dips", quick_ack=False),
        "DIRAC's, DISET": lambda: callers.diracs("dips"),
    }
    if "https" in doors:
        clients |= {
            "ours, HTTPS, kept": lambda: callers.ours("https", "keep-alive"),
            "ours, HTTPS, per call": lambda: callers.ours("https"),
            "DIRAC's, HTTPS": lambda: callers.diracs("https"),
        }
    return clients


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="9.1.22")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=200)
    options = parser.parse_args()
    build = prepare_build(options.build, cache_folder(), print)
    doors = series_of(build.identity.dirac_version).front_doors[::-1]  # dips first
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp") as stack_root,
        tempfile.TemporaryDirectory() as directory,
        start_stack(
            build,
            profile=PROFILES["S"],
            seed=1,
            stack_root=Path(stack_root),
            log_directory=None,
            front_doors=doors,
        ) as stack,
    ):
        clients = clients_of(Callers(stack, build, Path(directory), options.calls), doors)
        found: dict[str, list[Measured]] = {name: [] for name in clients}
        for _ in range(options.rounds):
            for name, client in clients.items():
                found[name].append(client())
    show(found, options.rounds, options.calls)


def show(found: dict[str, list[Measured]], rounds: int, calls: int) -> None:
    def median_ms(of_client: list[Measured], field: str) -> float:
        return statistics.median(one[field] for one in of_client) * 1e3

    print(f"medians of {rounds} rounds of {calls} calls, ms per call; load average {os.getloadavg()[0]:.1f}")
    print(f"{'':28} {'client CPU':>10} {'/ DIRAC, DISET':>15} {'service CPU':>12} {'p50':>7}")
    diracs = found["DIRAC's, DISET"]
    for name, of_client in found.items():
        ratios = [one["cpu_s"] / other["cpu_s"] for one, other in zip(of_client, diracs, strict=True)]
        print(
            f"{name:28} {median_ms(of_client, 'cpu_s'):10.2f} {statistics.median(ratios):15.3f} "
            f"{median_ms(of_client, 'service_cpu_s'):12.2f} {median_ms(of_client, 'p50_s'):7.1f}"
        )


if __name__ == "__main__":
    main()
