"""The Locust user of all scenarios: one connection to the services, driven by the schedule of its worker.

Importing this module imports Locust, which makes the standard library cooperative (gevent). The load comes from
the plan that RSSBENCH_LOAD_PLAN names, not from Locust's options; the samples go to the recorder, and Locust's
own table, which a person at the terminal sees, gets the latencies too.
"""

from __future__ import annotations

import logging
import sys
import time
from typing import ClassVar

import gevent
import msgspec
from locust import User, events, task
from locust.env import Environment
from locust.exception import StopUser

from scenarios.answer_check import check_answer
from scenarios.load_plan import LOAD_PLAN_VARIABLE, LoadPlan, read_plan
from scenarios.precise_timer import PreciseTimer
from scenarios.rpc import CallFailedError
from scenarios.samples import Outcome
from scenarios.worker import Pending, Worker

log = logging.getLogger(__name__)

#: Between two batches of requests for Locust's table.
_TABLE_INTERVAL_S = 0.2


class RssUser(User):  # type: ignore[misc]
    """Serves what its worker hands out. ``workload`` names the locustfile's entry in WORKLOADS."""

    abstract = True
    workload: ClassVar[str]
    #: kept connections are made before the start; False: the first request finds none
    connects_early: ClassVar[bool] = True

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.worker: Worker = environment.rss_worker
        self.number = next(environment.rss_user_numbers)
        self.client = self.worker.new_client()
        self.timer = PreciseTimer()

    def on_start(self) -> None:
        if self.connects_early and self.worker.plan.connection == "keep-alive":
            try:
                self.client.connect()
            except CallFailedError as failed:  # its first request will try again, and be recorded
                log.warning("user %d could not connect: %s", self.number, failed)
        self.worker.wait_for_start()

    def on_stop(self) -> None:
        self.client.close()
        self.timer.close()

    @task  # type: ignore[untyped-decorator]
    def serve(self) -> None:
        """All that this user does. An exception in here is no request's error: the worker ends."""
        failure = None
        try:
            self._serve()
        except Exception as error:  # noqa: BLE001  Locust would log it and start again
            failure = error
        self.worker.user_finished(failure)
        raise StopUser

    def _serve(self) -> None:
        worker = self.worker
        for due_ns in worker.due_instants_ns(self.number):
            requests = worker.next_iteration()
            worker.pending[self.number] = Pending(due_ns, requests[0])
            self.timer.wait_until(due_ns)
            begin_ns = due_ns
            for request in requests:
                # a dependent call is due when the one before it has ended
                begin_ns = self._perform(Pending(begin_ns, request))
            del worker.pending[self.number]

    def _perform(self, pending: Pending) -> int:
        """Send, check and record one request; the instant of its end."""
        worker, request = self.worker, pending.request
        worker.pending[self.number] = pending
        worker.keep_to_limit(self.timer)
        worker.in_flight += 1
        in_flight = worker.in_flight
        pending.start_ns = time.monotonic_ns()
        try:
            answer = self.client.send(request.message)
        except CallFailedError as failed:
            start_ns, end_ns, body_bytes = failed.start_ns, failed.end_ns, 0
            outcome, message = failed.outcome, str(failed)
        else:
            start_ns, end_ns, body_bytes = answer.start_ns, answer.end_ns, len(answer.body)
            outcome, message = check_answer(answer, request.call)
        finally:
            worker.in_flight -= 1
        due_ns = pending.due_ns
        worker.recorder.record(
            due_ns, start_ns, end_ns, body_bytes, request.sequence, request.index, outcome, in_flight, message
        )
        ended = (request.operation.name, (end_ns - due_ns) / 1e6, body_bytes, outcome, message)
        self.environment.rss_ended.append(ended)
        return end_ns


class RequestError(Exception):
    """What Locust's table of errors shows of a request."""


def tell_locust(environment: Environment) -> None:
    """Fire Locust's event for the requests that ended since the last time. In a loop, because one by one after
    each answer the cold code takes several times as long."""
    ended, environment.rss_ended = environment.rss_ended, []
    for name, latency_ms, body_bytes, outcome, message in ended:
        environment.events.request.fire(
            request_type="RPC",
            name=name,
            response_time=latency_ms,
            response_length=body_bytes,
            exception=None if outcome is Outcome.ok else RequestError(f"{outcome.name}: {message[:100]}"),
            context={},
        )


def keep_telling_locust(environment: Environment) -> None:
    while True:
        gevent.sleep(_TABLE_INTERVAL_S)
        tell_locust(environment)


@events.init.add_listener  # type: ignore[untyped-decorator]
def prepare(environment: Environment, **_: object) -> None:
    """Make the worker before the users and let it lead; a plan that cannot be worked with ends the process."""
    try:
        worker = Worker(plan_for(environment.user_classes[0].workload))
    except KeyError as missing:
        sys.exit(f"{missing.args[0]} is not known; {LOAD_PLAN_VARIABLE} must name the plan of this worker")
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        sys.exit(f"cannot work with the plan that {LOAD_PLAN_VARIABLE} names: {error}")
    environment.rss_worker = worker
    environment.rss_user_numbers = iter(worker.users)
    environment.rss_ended = []
    environment.process_exit_code = 0
    environment.events.quitting.add_listener(lambda **_: end(environment))
    gevent.spawn(lead, environment)
    gevent.spawn(keep_telling_locust, environment)


def plan_for(workload: str) -> LoadPlan:
    plan = read_plan()
    if plan.scenario != workload:
        raise ValueError(f"it is for {plan.scenario}, this locustfile is {workload}")
    return plan


def lead(environment: Environment) -> None:
    """The controller greenlet."""
    try:
        environment.rss_worker.run()
    except Exception:
        log.exception("the worker cannot go on")
        environment.process_exit_code = 1
    environment.runner.quit()


def end(environment: Environment) -> None:
    """Whatever ends the process, what was measured is written."""
    try:
        environment.rss_worker.finish()
    except OSError:
        log.exception("the last samples could not be written")
        environment.process_exit_code = 1
    tell_locust(environment)
