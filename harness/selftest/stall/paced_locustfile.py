"""Locust's own user at constant_throughput(PACED_RATE_PER_S); every response time in ms goes to PACED_TIMES."""

from __future__ import annotations

import os
from pathlib import Path

from locust import HttpUser, constant_throughput, events, task
from locust.env import Environment

from scenarios.load_plan import read_plan

PLAN = read_plan()
TIMES_MS: list[float] = []


class Paced(HttpUser):  # type: ignore[misc]
    host = PLAN.service_url
    wait_time = constant_throughput(float(os.environ["PACED_RATE_PER_S"]))

    def on_start(self) -> None:
        self.client.trust_env = False
        self.client.verify = PLAN.ca_file
        self.client.cert = (PLAN.certificate_file, PLAN.key_file)

    @task  # type: ignore[untyped-decorator]
    def call(self) -> None:
        self.client.post("/ResourceStatus/TornadoResourceStatus", data={"method": "ping", "args": "[]"})


@events.request.add_listener  # type: ignore[untyped-decorator]
def count(response_time: float, exception: Exception | None, **_: object) -> None:
    if exception is not None:
        raise exception
    TIMES_MS.append(response_time)


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def save(environment: Environment, **_: object) -> None:
    del environment
    Path(os.environ["PACED_TIMES"]).write_text("\n".join(map(str, TIMES_MS)))
