"""What else could have changed the numbers: machine, kernel, packages, version of this suite."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import tomllib
from pathlib import Path

import psutil

from harness import command
from harness.errors import RssbenchError
from harness.model import Environment

_PROJECT = Path(__file__).resolve().parent.parent
_GIT_TIMEOUT_S = 10.0


def describe_environment(database_version: str) -> Environment:
    """Machine and suite as they are now."""
    return Environment(
        hostname=platform.node(),
        kernel=f"{platform.system()} {platform.release()}",
        cpu_model=_cpu_model(),
        cpu_count=len(os.sched_getaffinity(0)),
        memory_bytes=psutil.virtual_memory().total,
        load_average_1_min=os.getloadavg()[0],
        database_version=database_version,
        python_version=platform.python_version(),
        generator_packages=_installed_packages(),
        suite_version=_suite_version(),
        suite_commit=_suite_commit(_PROJECT),
    )


def another_machine(then: Environment) -> str | None:
    """In words that what ``then`` describes was measured elsewhere; None on the same machine."""
    now = describe_environment("")
    machines = [f"{one.hostname} ({one.cpu_count} x {one.cpu_model})" for one in (then, now)]
    return None if machines[0] == machines[1] else f"the machine was {machines[0]}, now it is {machines[1]}"


def _cpu_model() -> str:
    """As Linux names it; not all architectures do."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model"):
            return value.strip()
    return platform.machine()


def _installed_packages() -> dict[str, str]:
    found = {one.metadata["Name"].lower(): one.version for one in importlib.metadata.distributions()}
    return dict(sorted(found.items()))


def _suite_version() -> str:
    """Of the source tree where there is one, for an editable installation may be older than it."""
    definition = _PROJECT / "pyproject.toml"
    if definition.exists():
        return str(tomllib.loads(definition.read_text())["project"]["version"])
    return importlib.metadata.version("rssbench")


def _suite_commit(project: Path) -> str | None:
    """Commit of the source tree, ``-dirty`` with changes; None without git or without a checkout of its own."""
    if not (project / ".git").exists():
        return None
    try:
        described = command.run(
            ["git", "-C", project, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            timeout_s=_GIT_TIMEOUT_S,
        )
    except RssbenchError:
        return None
    return described.stdout.strip() if described.returncode == 0 else None
