"""The master of one trial whose load comes from elsewhere: ``python -m scenarios.remote.master ORDERS_FILE``.

To the harness it is as good as workers on this machine: it makes ``ready-<n>``, waits for ``start``, writes
``samples-<n>.bin`` and ``outcomes-<n>.json``, and ends with 0 when every sample of every worker is there. When a
worker is lost it says so in FAILURE_FILE and ends with 1; what came until then stays. SIGTERM ends the load early.

Locust's MasterRunner starts the users as it is told here. Its dispatcher is left out: it hands users of others to
whoever joins or leaves in the middle of a load.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import gevent
import msgspec
from locust.env import Environment

from scenarios.remote.clock import jump_ns, read_clock
from scenarios.remote.limits import CLOCK_QUESTIONS
from scenarios.remote.link import Link
from scenarios.remote.messages import TYPE, ClockAsked, Goodbye, Orders, Start, Stop
from scenarios.remote.orders import MasterOrders, read_master_orders
from scenarios.remote.reception import LoadBrokenError, Reception, StoppedError
from scenarios.remote.record import FAILURE_FILE, WORKERS_FILE
from scenarios.remote.token_file import read_token
from scenarios.remote.user_classes import USER_CLASSES
from scenarios.schedule import worker_users
from scenarios.start_file import read_start

#: How long workers may take to hand in their samples when the load is ended early.
STOP_LIMIT_S = 8.0

#: How long the last messages may take to leave.
LINGER_MS = 2000


class Master:
    """The trial, from the first worker to the last sample."""

    def __init__(self, orders: MasterOrders, reception: Reception) -> None:
        self._orders = orders
        self._reception = reception
        self._directory = Path(orders.plan.output_dir)

    def run(self) -> int:
        """The exit code."""
        reason, is_broken = "", True
        try:
            self._prepare()
            self._start(self._wait_for_start())
            self._reception.wait(lambda: all(link.finished for link in self._reception.links))
            self._settle_clocks()
            is_broken = False
        except LoadBrokenError as error:
            reason = str(error)
        except StoppedError:
            self._end_early()
            reason, is_broken = "the load was ended early", False
        except OSError as error:
            reason = f"cannot write below {self._directory}: {error.strerror}"
        for link in self._reception.links:
            self._reception.say(link, Goodbye(last=self._orders.last or bool(reason), reason=reason))
            link.close()
        self._write(
            WORKERS_FILE, msgspec.json.encode([link.record for link in self._reception.links if link.number >= 0])
        )
        if is_broken:
            self._write(FAILURE_FILE, reason.encode())
        return int(is_broken)

    def _prepare(self) -> None:
        """Every worker there, with its orders, its users connected and its clock read."""
        self._reception.gather(self._orders.wait_s)
        plan = self._orders.plan
        content = Path(plan.catalogue_file).read_bytes()
        own_content = Path(plan.own_catalogue_file).read_bytes() if plan.own_catalogue_file else b""
        links = self._reception.links
        for number, link in enumerate(links):
            link.record_to(self._directory, number)
            orders = msgspec.json.encode(msgspec.structs.replace(plan, worker=number))
            self._reception.say(link, Orders(orders, content, own_content))
        self._reception.wait_for_all("read its orders", lambda link: link.is_prepared)
        for link in links:
            self._spawn(link)
        self._reception.wait_for_all("connect its users", lambda link: link.is_ready)
        for link in links:
            self._read_clock(link)
            link.first = read_clock(link.exchanges)
        for link in links:
            (self._directory / f"ready-{link.number}").touch()

    def _spawn(self, link: Link) -> None:
        plan = msgspec.structs.replace(self._orders.plan, worker=link.number)
        users = {USER_CLASSES[plan.scenario].__name__: len(worker_users(plan))}
        job = {"timestamp": time.time(), "user_classes_count": users, "host": None, "stop_timeout": 0.0}
        self._reception.send(link, "spawn", job | {"parsed_options": {}})

    def _wait_for_start(self) -> int:
        """The instant in the start file that the harness makes."""
        found: list[int] = []

        def is_there() -> bool:
            if (instant_ns := read_start(self._directory)) is not None:
                found.append(instant_ns)
            return bool(found)

        self._reception.wait(is_there)
        return found[0]

    def _start(self, instant_ns: int) -> None:
        for link in self._reception.links:
            assert link.first
            self._reception.say(link, Start(instant_ns + link.first.difference_ns))

    def _settle_clocks(self) -> None:
        """Read all clocks again, and put the samples where they belong."""
        for link in self._reception.links:
            assert link.first
            self._read_clock(link)
            link.last = read_clock(link.exchanges)
            moved_ns = jump_ns(link.first, link.last)
            if moved_ns is not None:
                raise LoadBrokenError(
                    f"the clock of remote worker {link.name} moved by {moved_ns / 1e9:+.6f} s against this "
                    f"machine's during the load: nobody knows when its requests were sent"
                )
            link.correct()

    def _read_clock(self, link: Link) -> None:
        link.exchanges.clear()
        for asked in range(CLOCK_QUESTIONS):
            question = link.channel.seal(ClockAsked())
            link.asks(time.monotonic_ns())
            self._reception.send(link, TYPE, question)
            self._reception.wait(lambda answers=asked: len(link.exchanges) > answers)  # type: ignore[misc]

    def _end_early(self) -> None:
        """Have the samples until now. Without a second reading they keep the instants by the first."""
        self._reception.go_on_once_more()
        links = self._reception.links
        for link in links:
            self._reception.say(link, Stop())
        deadline_s = time.monotonic() + STOP_LIMIT_S
        try:
            while not all(link.finished or link.failure for link in links) and time.monotonic() < deadline_s:
                self._reception.pause()
            if all(link.finished and link.first for link in links):
                self._settle_clocks()
        except (LoadBrokenError, StoppedError) as error:
            sys.stderr.write(f"not all samples could be had: {error}\n")

    def _write(self, name: str, content: bytes) -> None:
        """As well as can be: on a full disk the exit code has to do."""
        try:
            (self._directory / name).write_bytes(content)
        except OSError as error:
            sys.stderr.write(f"{name} cannot be written: {error.strerror}\n")


def main() -> int:
    orders = read_master_orders(Path(sys.argv[1]))
    environment = Environment(user_classes=list(USER_CLASSES.values()))
    runner = environment.create_master_runner(orders.host, orders.port)
    reception = Reception(read_token(Path(orders.token_file)), runner, orders.plan.workers)
    runner.register_message(TYPE, reception.receive)
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, reception.stop)
    try:
        return Master(orders, reception).run()
    finally:
        runner.greenlet.kill()
        runner.server.close(linger=LINGER_MS)


if __name__ == "__main__":
    sys.exit(main())
