"""One client under Locust, named by COST_CLIENT, that tells its process's CPU time per request.

Every client sends the same write to the same service and looks whether the answer says OK. CPU time is counted
from request COST_WARM_UP on, over COST_REQUESTS requests; "CPU_US FAILED" goes to the file COST_RESULT.
"""

from __future__ import annotations

import os
import ssl
import time
from pathlib import Path

import gevent
from locust import FastHttpUser, HttpUser, User, events, task
from locust.env import Environment

from scenarios.catalogue import read_catalogue
from scenarios.encoding import encode_json
from scenarios.load_plan import read_plan
from scenarios.operation import Request
from scenarios.operations import OPERATIONS
from scenarios.request_stream import operations_of

CLIENT = os.environ["COST_CLIENT"]
WARM_UP, REQUESTS = int(os.environ["COST_WARM_UP"]), int(os.environ["COST_REQUESTS"])
PLAN = read_plan()
OPERATION = OPERATIONS[operations_of(PLAN)[0]]
CALL = OPERATION.call(read_catalogue(Path(PLAN.catalogue_file)), Request(0, "benchmark-0-0"))
PATH = f"/ResourceStatus/Tornado{OPERATION.service}"
FORM = {"method": OPERATION.method, "args": encode_json(CALL.arguments)}


def post(user: User) -> None:
    with user.client.post(PATH, data=FORM, catch_response=True) as response:
        if not response.json()["OK"]:
            response.failure("not OK")


if CLIENT == "rss":
    from scenarios.rss_user import RssUser
    from scenarios.worker import Pending

    class Rss(RssUser):
        workload = PLAN.scenario

        def _perform(self, pending: Pending) -> int:
            end_ns = super()._perform(pending)
            # Locust hears of our requests in batches; that cost is in the CPU time all the same
            self.environment.meter.count(exception=None)
            return end_ns

elif CLIENT == "http":

    class Http(HttpUser):
        host = PLAN.service_url
        post = task(post)

        def on_start(self) -> None:
            self.client.trust_env = False
            self.client.verify = PLAN.ca_file
            self.client.cert = (PLAN.certificate_file, PLAN.key_file)

else:
    CONTEXT = ssl.create_default_context(cafile=PLAN.ca_file)
    CONTEXT.load_cert_chain(PLAN.certificate_file, PLAN.key_file)

    class Fast(FastHttpUser):
        host = PLAN.service_url
        insecure = False
        ssl_context_factory = staticmethod(lambda: CONTEXT)
        post = task(post)


class Meter:
    """Counts requests and takes the CPU time of the process at both ends."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.requests = self.failed = self.begin_ns = 0

    def count(self, exception: Exception | None, **_: object) -> None:
        self.requests += 1
        self.failed += exception is not None
        if self.requests == WARM_UP:
            self.begin_ns = time.process_time_ns()
        elif self.requests == WARM_UP + REQUESTS:
            cpu_us = (time.process_time_ns() - self.begin_ns) / 1e3 / REQUESTS
            Path(os.environ["COST_RESULT"]).write_text(f"{cpu_us} {self.failed}")
            if CLIENT != "rss":  # ours ends by its number of iterations
                gevent.spawn(self.environment.runner.quit)


@events.init.add_listener
def measure(environment: Environment, **_: object) -> None:
    environment.meter = Meter(environment)
    if CLIENT != "rss":
        environment.events.request.add_listener(environment.meter.count)
