"""The words of a report: problems, the load, outcomes, the glossary."""

from __future__ import annotations

from collections.abc import Sequence

from harness.model import Load, RunResult, TrialResult
from reports.units import duration_text, plural, rate
from scenarios.remote.record import RemoteWorker

#: How ``harness.measure.generator_health.rate_problem`` begins: the one judge of whether a rate was reached.
NOT_SERVED = "the load was not served"

ARRIVALS = {"constant": "constant", "poisson": "Poisson"}

OUTCOMES = {
    "http_status": "HTTP status other than 200",
    "refused": "refused by DIRAC (S_ERROR)",
    "wrong_answer": "wrong answer",
    "timeout": "no answer in time",
    "connection": "connection failed",
    "unfinished": "no answer before the trial ended",
    "unsent": "never sent: no user was free",
}

GLOSSARY = {
    "latency": (
        "from the instant a request was due by the schedule until its last byte. Time spent waiting for a free "
        "user counts, so a stall of the service shows for every request that it delayed."
    ),
    "service time": (
        "from the instant a request was really sent until its last byte. Many tools call this latency."
    ),
    "p50, p95, p99": (
        "half, 95 % and 99 % of the requests due in the window took at most this long. A request without a right "
        "answer counts as infinitely slow. A dash: too few requests, or too many errors, for an interval."
    ),
    "interval": (
        "the numbers below an estimate: its two-sided 95 % interval, from order statistics of this trial. It "
        "allows for requests that are slow together, not for what differs between two starts of the stack."
    ),
    "rate asked, rate reached": "requests per second due by the schedule, and rightly answered.",
    "lag": "from due until really sent, while a user was free: the generator's own lateness.",
    "busiest worker": "CPU time of the busiest generator process, in percent of one core.",
    "stolen CPU": (
        "of all CPU time of this machine, what a hypervisor gave to others during the trial. It makes everything "
        "late, generator and service alike."
    ),
    "found, overwritten, lost": (
        "an acknowledged write is found when the row carries that request's own token; overwritten when a later "
        "acknowledged write went to the same row and its token is there; lost otherwise."
    ),
    "rows examined": "rows that the database read to answer the statement, from performance_schema.",
}


def reasons(run: RunResult) -> list[str]:
    """Why a run did not pass: its own problems, then those of trials that did not pass, each once."""
    return _once(run.problems, [trial for trial in run.trials if trial.status != "passed"])


def remarks(run: RunResult) -> list[str]:
    """What a reader should know of trials that passed all the same."""
    return _once((), [trial for trial in run.trials if trial.status == "passed"])


def load_reached(trial: TrialResult) -> bool | None:
    """Whether the rate asked was reached; None in a closed loop, which asks for none."""
    if trial.offered_rate_per_s is None:
        return None
    return not any(problem.startswith(NOT_SERVED) for problem in trial.problems)


def load_text(load: Load) -> str:
    """The load that was asked for, as a person would say it."""
    parts = [plural(load.concurrency, "user")]
    if load.throughput_per_s is None:
        parts.append("back to back")
    else:
        parts.append(f"{rate(load.throughput_per_s)} requests/s with {ARRIVALS[load.arrivals]} arrivals")
    if load.ramp_up_s:
        steps = f" in {plural(load.steps, 'step')}" if load.steps else ""
        parts.append(f"ramp-up {duration_text(load.ramp_up_s)}{steps}")
    if load.hold_for_s is not None:
        parts.append(f"hold {duration_text(load.hold_for_s)}")
    if load.iterations is not None:
        parts.append(plural(load.iterations, "iteration"))
    parts.append("one connection per call" if load.connection == "per-call" else "keep-alive connections")
    parts.append(plural(load.workers, "generator worker"))
    return ", ".join(parts)


def clocks_text(workers: Sequence[RemoteWorker]) -> str | None:
    """How well the clocks of remote workers are known; None without such workers.

    Latencies and service times are differences on one clock. What the clocks decide is when a worker began, and so
    how well the workers together keep the schedule.
    """
    if not workers:
        return None
    machines = plural(len({worker.host for worker in workers}), "machine")
    text = f"{plural(len(workers), 'remote worker')} on {machines}"
    errors = [worker.clock_error_s for worker in workers if worker.clock_error_s is not None]
    if len(errors) < len(workers):
        return f"{text}, whose clocks could not all be read"
    furthest = max(abs(worker.clock_difference_s or 0.0) for worker in workers)
    changes = [abs(worker.clock_change_s) for worker in workers if worker.clock_change_s is not None]
    drift = f", moved by at most {max(changes) * 1e3:.3f} ms meanwhile" if changes else ""
    return (
        f"{text}; clocks up to {furthest:.6f} s from this machine's{drift}, known to ±{max(errors) * 1e3:.3f} ms"
    )


def _once(of_run: tuple[str, ...], trials: list[TrialResult]) -> list[str]:
    """A trial's problem carries its name, and is left out when the run says the same."""
    of_trials = [f"{trial.name}: {text}" for trial in trials for text in trial.problems if text not in of_run]
    return list(dict.fromkeys([*of_run, *of_trials]))
