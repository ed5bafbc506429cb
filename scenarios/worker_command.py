"""The command line of one generator worker."""

from __future__ import annotations

from pathlib import Path

from scenarios.load_plan import LoadPlan
from scenarios.schedule import worker_users


def worker_command(plan: LoadPlan, python: str) -> list[str]:
    """What to run, with RSSBENCH_LOAD_PLAN naming the file of this very plan, for the worker ``plan.worker``.

    It ends by itself, with exit code 0 when it did its job even if requests failed. SIGTERM ends it early; what
    it measured is kept.
    """
    users = len(worker_users(plan))
    locustfile = Path(__file__).with_name(f"{plan.scenario}.py")
    return [
        python,
        *("-m", "locust", "-f", str(locustfile), "--headless", "--only-summary", "--loglevel", "WARNING"),
        *("--users", str(users), "--spawn-rate", str(max(1, users))),
    ]
