"""Whether the generator, not the service, could have been the bottleneck of a trial. Limits: docs/method.md."""

from __future__ import annotations

import msgspec
import numpy as np

from harness.measure.samples import Samples, Seconds, is_ok, is_sent
from harness.measure.window import Window
from harness.model import GeneratorHealth
from harness.stats.quantiles import percentiles, quantile, share_exceeds
from scenarios.load_plan import LoadPlan
from scenarios.schedule import worker_users

#: An RSS call takes 2 to 5 ms: a generator that is later than this in 1 of 100 has shaped the p99 it reports.
LAG_P99_LIMIT_S = 0.005

#: What p99 leaves above it: more late requests than this, beyond chance, put the p99 of the lag above its limit.
LATE_LIMIT_RATIO = 0.01

#: A worker above this share of one core queues its own requests; Locust itself warns at 0.9.
WORKER_CPU_LIMIT_RATIO = 0.8

#: Reached below this share of the offered rate: the service, or the number of users, was too small for the load.
REACHED_LIMIT_RATIO = 0.99

#: In flight at the end of a window that keeps up: Poisson by Little's law, so no more than mean + 3 sd + 1.
IN_FLIGHT_DEVIATIONS = 3.0


def lags_s(samples: Samples, plan: LoadPlan, window: Window) -> Seconds:
    """Due until really sent, of the requests due in the window that had a free user when they were due.

    A request that had to wait for a user waited for the service: its wait belongs to its latency, not to the
    generator. A user was free when fewer requests of that worker were under way (sent before, not ended) than it
    has users. ``samples`` are all of the trial, sorted by due.
    """
    sent = samples[is_sent(samples)]
    found = []
    for worker in range(plan.workers):
        users = len(worker_users(msgspec.structs.replace(plan, worker=worker)))
        own = sent[sent["worker"] == worker]
        starts_ns = own["start_ns"]
        # a request without an end was under way until the trial ended
        ends_ns = np.where(own["end_ns"] < starts_ns, np.iinfo(np.uint64).max, own["end_ns"])
        due = window.due(own)
        began = np.searchsorted(np.sort(starts_ns), due["due_ns"], side="left")
        ended = np.searchsorted(np.sort(ends_ns), due["due_ns"], side="right")
        free = began - ended < users
        found.append((due["start_ns"].astype(np.int64) - due["due_ns"].astype(np.int64))[free] / 1e9)
    return np.concatenate(found)


def generator_health(
    lags: Seconds, busiest_worker_cpu_ratio: float | None, stolen_cpu_ratio: float | None = None
) -> GeneratorHealth:
    """p50 and p99 of the lag in seconds; None where the sample does not support them."""
    found = percentiles(lags)
    return GeneratorHealth(
        lag_p50_s=found.p50_s.value if found.p50_s else None,
        lag_p99_s=found.p99_s.value if found.p99_s else None,
        busiest_worker_cpu_ratio=busiest_worker_cpu_ratio,
        stolen_cpu_ratio=stolen_cpu_ratio,
    )


def generator_problems(
    lags: Seconds, busiest_worker_cpu_ratio: float | None, stolen_cpu_ratio: float | None = None
) -> list[str]:
    """What is wrong with the generator, in words; empty when nothing is, or too few requests could show it."""
    problems = []
    stolen = (
        f"; the hypervisor gave {stolen_cpu_ratio:.0%} of this machine's CPU time to others"
        if stolen_cpu_ratio
        else ""
    )
    late = lags > LAG_P99_LIMIT_S
    if share_exceeds(late, LATE_LIMIT_RATIO):
        problems.append(
            f"the generator was the bottleneck: although a user was free, {late.mean():.1%} of the requests left "
            f"more than {LAG_P99_LIMIT_S * 1e3:.0f} ms late (limit {LATE_LIMIT_RATIO:.0%}){stolen}"
        )
    ratio = busiest_worker_cpu_ratio
    if ratio is not None and ratio > WORKER_CPU_LIMIT_RATIO:
        problems.append(
            f"the generator was the bottleneck: its busiest worker used {ratio:.0%} of a core "
            f"(limit {WORKER_CPU_LIMIT_RATIO:.0%}); give it more workers or less load"
        )
    return problems


def rate_problem(samples: Samples, window: Window) -> str | None:
    """That the offered load was not served within the window, when it was not. Open loop only."""
    due, ended = window.due(samples), window.ended(samples)
    answered = int(is_ok(ended).sum())
    missing = due.size - answered
    in_time = ended[is_ok(ended)]
    latency_s = quantile(in_time["end_ns"] - in_time["due_ns"], 0.5) / 1e9 if answered else 0.0
    in_flight = window.rate_per_s(due.size) * latency_s
    usual = in_flight + IN_FLIGHT_DEVIATIONS * in_flight**0.5 + 1.0
    if missing <= (1.0 - REACHED_LIMIT_RATIO) * due.size or missing <= usual:
        return None
    return (
        f"the load was not served: {window.rate_per_s(due.size):.1f} requests/s were due, "
        f"{window.rate_per_s(answered):.1f}/s got a right answer within the window"
    )
