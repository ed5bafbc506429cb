"""One remote worker, for one trial: ``python -m scenarios.remote.worker ORDERS_FILE``.

The work is that of a worker on the master's machine (:class:`scenarios.worker.Worker`), in a directory of this
machine; what it writes there is handed on to the master, by this machine's clock. How the process ends:
scenarios/remote/orders.py.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections import deque
from pathlib import Path

import gevent
import msgspec
from locust import runners
from locust.env import Environment

from scenarios.held_back import read_held_back
from scenarios.load_plan import LoadPlan
from scenarios.remote.messages import Body, Finished, Orders, Prepared, Progress, Ready, Start, Stop
from scenarios.remote.orders import EXIT_FAILED, WorkerOrders, read_worker_orders
from scenarios.remote.session import EndedError, Session
from scenarios.remote.token_file import read_token
from scenarios.remote.user_classes import USER_CLASSES
from scenarios.samples import SAMPLE
from scenarios.start_file import write_start
from scenarios.worker import Worker

#: Between two messages about what was measured.
PROGRESS_INTERVAL_S = 0.5


class RemoteWorker:
    def __init__(self, orders: WorkerOrders, session: Session, environment: Environment) -> None:
        self._orders = orders
        self._session = session
        self._environment = environment
        self._directory = Path(orders.directory)
        self._given: Orders | None = None
        self._is_stopped = False
        self._samples_file = self._directory / "none yet"
        self._sent_bytes = 0

    def take(self, body: Body) -> None:
        """What the master says about the trial."""
        if isinstance(body, Orders):
            self._given = body
        elif isinstance(body, Start):
            if body.instant_ns < time.monotonic_ns():
                self._session.end(EXIT_FAILED, "the start of the schedule had passed when it heard of it")
            else:
                write_start(self._directory, body.instant_ns)
        elif isinstance(body, Stop):
            self._is_stopped = True

    def run(self) -> int:
        """The exit code; what went wrong is the last line on stderr."""
        try:
            self._session.connect(self._orders.wait_s)
            gevent.spawn(self._keep_telling)
            self._session.wait(lambda: self._given is not None)
            self._work()
            self._session.wait(lambda: False)  # until the master says goodbye
        except EndedError as ended:
            self._session.close(ended)
            if str(ended):
                sys.stderr.write(f"{ended}\n")
            return ended.code
        return EXIT_FAILED

    def _work(self) -> None:
        """From the orders to the last sample."""
        assert self._given
        try:
            plan = self._plan_here(self._given)
            worker = Worker(plan)
        except (OSError, ValueError, KeyError) as error:
            raise EndedError(EXIT_FAILED, f"cannot work with its orders: {error}") from error
        self._environment.rss_worker = worker
        self._environment.rss_user_numbers = iter(worker.users)
        self._environment.rss_ended = deque(maxlen=0)  # nobody looks at Locust's table here
        self._samples_file = self._directory / f"samples-{plan.worker}.bin"
        self._session.say(Prepared())
        working = gevent.spawn(worker.run)
        ready_file = self._directory / f"ready-{plan.worker}"
        self._session.wait(lambda: ready_file.exists() or working.ready() or self._is_stopped)
        self._session.say(Ready())
        self._session.wait(lambda: working.ready() or self._is_stopped)
        if working.ready() and working.exception is not None:
            raise EndedError(EXIT_FAILED, f"{type(working.exception).__name__}: {working.exception}")
        worker.finish()
        self._tell_progress()
        outcomes = (self._directory / f"outcomes-{plan.worker}.json").read_bytes()
        self._session.say(Finished(outcomes, self._sent_bytes, read_held_back(self._directory)))

    def _plan_here(self, given: Orders) -> LoadPlan:
        """The plan with files of this machine. OSError, or ValueError when it is none."""
        catalogue_file, own_file = self._directory / "catalogue.json", self._directory / "own-catalogue.json"
        catalogue_file.write_bytes(given.catalogue)
        own_file.write_bytes(given.own_catalogue)
        plan = msgspec.json.decode(given.plan, type=LoadPlan)
        plan = msgspec.structs.replace(
            plan,
            catalogue_file=str(catalogue_file),
            own_catalogue_file=str(own_file) if given.own_catalogue else None,
            output_dir=str(self._directory),
            ca_file=self._orders.ca_file or plan.ca_file,
            certificate_file=self._orders.certificate_file or plan.certificate_file,
            key_file=self._orders.key_file or plan.key_file,
        )
        for file in (plan.ca_file, plan.certificate_file, plan.key_file):
            if not os.access(file, os.R_OK):
                raise ValueError(f"cannot read {file}: name its own with --ca, --certificate and --key")
        return plan

    def _keep_telling(self) -> None:
        while True:
            gevent.sleep(PROGRESS_INTERVAL_S)
            self._tell_progress()

    def _tell_progress(self) -> None:
        """Samples that the master does not have yet, and a sign of life."""
        rows = b""
        if self._samples_file.exists():
            with self._samples_file.open("rb") as stream:
                stream.seek(self._sent_bytes)
                rows = stream.read()
        rows = rows[: len(rows) // SAMPLE.size * SAMPLE.size]
        self._sent_bytes += len(rows)
        self._session.say(Progress(rows, time.monotonic_ns(), time.process_time_ns()))


def main() -> int:
    orders = read_worker_orders(Path(sys.argv[1]))
    runners.MASTER_HEARTBEAT_TIMEOUT = float("inf")  # by the time of day, which may be set meanwhile
    environment = Environment(user_classes=list(USER_CLASSES.values()))
    session = Session(orders, read_token(Path(orders.token_file)), environment)
    worker = RemoteWorker(orders, session, environment)
    session.listener = worker.take
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, session.end, EXIT_FAILED, "ended by a signal")
    try:
        return worker.run()
    finally:
        shutil.rmtree(orders.directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
