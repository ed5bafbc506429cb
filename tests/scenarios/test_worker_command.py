"""The command line of a worker."""

import subprocess
import sys
from pathlib import Path

import pytest

from scenarios.worker_command import worker_command
from scenarios.workloads import WORKLOADS

from .plans import plan_of


@pytest.mark.parametrize("scenario", list(WORKLOADS))
def test_every_workload_has_its_locustfile(scenario: str) -> None:
    command = worker_command(plan_of(scenario=scenario), "/usr/bin/python3")
    assert command[:3] == ["/usr/bin/python3", "-m", "locust"]
    locustfile = Path(command[command.index("-f") + 1])
    assert locustfile.is_absolute()
    assert f'workload = "{scenario}"' in locustfile.read_text()


def test_a_worker_runs_its_share_of_the_users() -> None:
    commands = [worker_command(plan_of(users=5, workers=3, worker=worker), "python") for worker in range(3)]
    assert [command[command.index("--users") + 1] for command in commands] == ["2", "2", "1"]


def test_what_the_harness_imports_does_not_make_the_process_cooperative() -> None:
    modules = "scenarios.worker_command, scenarios.request_stream, scenarios.outcomes, scenarios.https_client"
    program = f"import sys, {modules}; print('gevent' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
