"""CPU time of the generator per HTTPS request: our user beside Locust's FastHttpUser and HttpUser.

Same call, same service, same look at the answer, one user in a closed loop; one process per client and round,
the rounds interleaved. The service is a server on loopback that answers at once, or with ``--build 9.1.22`` the
real one.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rss_worker import run_worker

from harness.builds.environment import prepare_build
from harness.dataset.profiles import PROFILES
from harness.selftest.stall.known_service import Server, serving
from harness.stack.starting import start_stack

LOCUSTFILE = Path(__file__).with_name("cost_locustfile.py")
WARM_UP = 200
CLIENTS = {"rss": "RssUser (this project)", "fast": "Locust FastHttpUser", "http": "Locust HttpUser"}


@contextlib.contextmanager
def dirac(build: str) -> Iterator[Server]:
    """The real services with data set S."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as stack_root:
        environment = prepare_build(build, Path.home() / ".cache/rssbench", print)
        with start_stack(
            environment, profile=PROFILES["S"], seed=1, stack_root=Path(stack_root), log_directory=None
        ) as stack:
            yield Server(stack.service_url, stack.certificates, stack.catalogue_file)


def cpu_us(client: str, server: Server, directory: Path, requests: int) -> float:
    """CPU time per request of one process, in µs."""
    directory.mkdir()
    result_file = directory / "result"
    plan = server.plan(
        directory,
        scenario="update_mix",
        weights={"ResourceStatus.addOrModify status": 1.0},
        iterations=WARM_UP + requests,
    )
    settings = {
        "COST_CLIENT": client,
        "COST_WARM_UP": str(WARM_UP),
        "COST_REQUESTS": str(requests),
        "COST_RESULT": str(result_file),
    }
    samples = run_worker(plan, locustfile=LOCUSTFILE, environment=settings)
    found_us, failed = result_file.read_text().split()
    if int(failed) or samples["outcome"].any():
        raise SystemExit(f"{failed} requests of {client} failed: {directory}/worker.log")
    return float(found_us)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", help="measure against the real services of this DIRAC")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=1500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        with dirac(options.build) if options.build else serving(directory / "server") as server:
            found: dict[str, list[float]] = {client: [] for client in CLIENTS}
            for number in range(options.rounds):
                for client, of_client in found.items():
                    of_client.append(cpu_us(client, server, directory / f"{client}-{number}", options.requests))
    print(f"generator CPU per request, {options.rounds} rounds of {options.requests} requests")
    stock_us = statistics.median(found["http"])
    for client, of_client in found.items():
        median_us = statistics.median(of_client)
        each = " ".join(f"{us:.0f}" for us in of_client)
        print(f"{CLIENTS[client]:24} {median_us:6.0f} µs  {median_us / stock_us:5.2f} of HttpUser  ({each})")


if __name__ == "__main__":
    main()
