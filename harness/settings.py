"""From taurus.yml and the environment to a checked :class:`Job`: all mistakes at once, or none.

An environment variable wins over the file. Nothing is started or written here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from harness.comparison import Lane
from harness.errors import SettingsError
from harness.external.settings import ExternalSettings
from harness.measure.remote_workers import RemoteSettings
from harness.model import FrontDoor, Load, SectionName
from harness.settings_keys import (
    EXECUTION_KEYS,
    LOAD_KEYS,
    NIGHTLY_KEYS,
    REPORT_KEYS,
    SCENARIO_KEYS,
    STACK_KEYS,
)
from harness.settings_of_external import check_load, operations_of, read_external
from harness.settings_of_nightly import NightlySettings, nightly_settings
from harness.settings_of_remote import read_remote
from harness.settings_reading import Locate, Reading, plain
from harness.stack.choosing import RuntimeChoice
from harness.stack.front_doors import why_not
from scenarios.workloads import WORKLOADS

#: Top-level keys that Taurus knows.
TOP_LEVEL_KEYS = frozenset(
    {"settings", "modules", "execution", "scenarios", "services", "reporting", "provisioning", "cli"}
    | {"cli-aliases", "included-configs", "version", "install-id"}
)


@dataclass(frozen=True)
class TrialSettings:
    """One entry of ``execution``."""

    name: str
    scenario: str
    workload: str
    load: Load
    weights: dict[str, float] | None

    @property
    def operations(self) -> frozenset[str]:
        """The names of what it can send."""
        return operations_of(self.workload, self.weights)


@dataclass(frozen=True)
class Comparison:
    """Two builds to compare, in place of one to measure."""

    baseline: str
    contender: str
    budget_s: float
    lanes: tuple[Lane, ...]
    #: of baseline and contender, as far as somebody asked for one
    front_doors: tuple[FrontDoor | None, FrontDoor | None]
    runtimes: tuple[RuntimeChoice, RuntimeChoice]


@dataclass(frozen=True)
class Job:
    """Everything a run needs to know, checked."""

    build: str
    comparison: Comparison | None
    profile: str
    seed: int
    service_port: int | None
    #: None for the one that the release is used by
    front_door: FrontDoor | None
    runtime: RuntimeChoice
    exact: bool
    #: measured beside the load, unless two builds are compared
    also: tuple[SectionName, ...]
    cache_folder: Path
    stack_folder: Path
    request_timeout_s: float
    drain_timeout_s: float
    #: over dips; scenarios/diset_settings.py
    quick_ack: bool
    #: an RSS that runs already, in place of a stack of ours
    external: ExternalSettings | None
    #: None for workers on this machine
    remote: RemoteSettings | None
    criteria: tuple[str, ...]
    trials: tuple[TrialSettings, ...]
    nightly: NightlySettings


def cache_folder() -> Path:
    """Where builds are installed, for commands that read no job."""
    return _folder(os.environ.get("RSSBENCH_CACHE"), default=Path.home() / ".cache" / "rssbench")


def stack_folder() -> Path:
    """Where stacks live while they run, for commands that read no job.

    Not below a home folder: as root, the database runs under an account that may not enter it.
    """
    return _folder(os.environ.get("RSSBENCH_STACK_FOLDER"), default=Path(f"/var/tmp/rssbench-{os.getuid()}"))  # noqa: S108


def _folder(given: str | None, *, default: Path) -> Path:
    return Path(given).expanduser().absolute() if given else default


def read_job(config: Mapping[str, Any], environ: Mapping[str, str], locate: Locate) -> Job:
    """Check a merged Taurus configuration. SettingsError with one line per mistake."""
    reading = Reading(environ, locate)
    reading.check_variables()
    config = reading.mapping(config, ())
    for name in sorted(set(map(plain, config)) - TOP_LEVEL_KEYS):
        reading.unknown((name,), name, TOP_LEVEL_KEYS)
    modules = reading.mapping(config.get("modules"), ("modules",))
    stack = reading.section(modules.get("rss-stack"), ("modules", "rss-stack"), STACK_KEYS)
    load = reading.section(modules.get("rss-load"), ("modules", "rss-load"), LOAD_KEYS)
    report = reading.section(modules.get("rss-report"), ("modules", "rss-report"), REPORT_KEYS)
    nightly = reading.section(modules.get("rss-nightly"), ("modules", "rss-nightly"), NIGHTLY_KEYS)
    comparison = _read_comparison(stack, reading)
    remote = read_remote(load, comparison, reading)
    trials = _read_trials(config, reading, remote.workers if remote else int(load["workers"] or 1))
    reading.need_modules(config)
    external = read_external(stack, comparison, reading)
    if external:
        check_load(external, [(one.scenario, one.operations, one.load) for one in trials], reading)
    _check_front_doors(stack, comparison, reading)
    if reading.mistakes:
        raise SettingsError(reading.mistakes)
    return Job(
        build=stack["build"],
        comparison=comparison,
        profile=stack["profile"],
        seed=stack["seed"],
        service_port=stack["port"],
        front_door=stack["front-door"],
        runtime="processes" if external else stack["runtime"],
        exact=stack["exact"] and external is None,
        also=() if external else stack["also"],
        cache_folder=_folder(stack["cache"], default=cache_folder()),
        stack_folder=_folder(stack["folder"], default=stack_folder()),
        request_timeout_s=load["request-timeout"],
        drain_timeout_s=load["drain-timeout"],
        quick_ack=load["quick-ack"],
        external=external,
        remote=remote,
        criteria=report["criteria"],
        trials=tuple(trials),
        nightly=nightly_settings(nightly, stack),
    )


def _read_comparison(stack: Mapping[str, Any], reading: Reading) -> Comparison | None:
    given = {name: stack[name] for name in ("baseline", "contender") if stack[name] is not None}
    if len(given) == 1:
        missing = "contender" if "baseline" in given else "baseline"
        reading.mistake(("modules", "rss-stack", missing), "missing; a comparison needs baseline and contender")
    if len(given) < 2:
        return None
    front_doors = (stack["front-door"], stack["contender-front-door"] or stack["front-door"])
    runtimes = (stack["runtime"], stack["contender-runtime"] or stack["runtime"])
    return Comparison(
        stack["baseline"], stack["contender"], stack["budget"], stack["lanes"], front_doors, runtimes
    )


def _check_front_doors(stack: Mapping[str, Any], comparison: Comparison | None, reading: Reading) -> None:
    """What can be said of a release before it is installed."""
    checks = [("front-door", stack["build"], stack["front-door"])]
    if comparison:
        doors = dict(zip(("front-door", "contender-front-door"), comparison.front_doors, strict=True))
        builds = (comparison.baseline, comparison.contender)
        checks = [(key, build, door) for (key, door), build in zip(doors.items(), builds, strict=True)]
    else:
        for key in ("contender-front-door", "contender-runtime"):
            if stack[key] is not None:
                reading.mistake(("modules", "rss-stack", key), "needs baseline and contender")
    for key, build, door in checks:
        if door is not None and (problem := why_not(build, door)):
            reading.mistake(("modules", "rss-stack", key), problem)


def _read_trials(config: Mapping[str, Any], reading: Reading, workers: int) -> list[TrialSettings]:
    scenarios = {
        str(name): reading.section(content, ("scenarios", str(name)), SCENARIO_KEYS)
        for name, content in reading.mapping(config.get("scenarios"), ("scenarios",)).items()
    }
    for name, scenario in scenarios.items():
        if scenario["workload"] is None and name not in WORKLOADS:
            reading.mistake(("scenarios", name), f"workload is missing; allowed: {', '.join(WORKLOADS)}")
    executions = config.get("execution") or []
    executions = [executions] if isinstance(executions, Mapping) else executions
    if not isinstance(executions, list) or not executions:
        reading.mistake(("execution",), "nothing to do; a list of scenarios with their load is needed")
        return []
    trials = (_read_trial(content, index, scenarios, reading, workers) for index, content in enumerate(executions))
    return [trial for trial in trials if trial is not None]


def _read_trial(
    content: Any, index: int, scenarios: Mapping[str, Any], reading: Reading, workers: int
) -> TrialSettings | None:
    path = ("execution", index)
    values = reading.section(content, path, EXECUTION_KEYS)
    name = values["scenario"]
    if name is None:
        reading.mistake((*path, "scenario"), f"missing; allowed: {_names(scenarios, WORKLOADS)}")
        return None
    if name not in scenarios and name not in WORKLOADS:
        allowed = _names(scenarios, WORKLOADS)
        reading.mistake((*path, "scenario"), f"{name!r} is not allowed; allowed: {allowed}")
        return None
    if values["throughput"] and values["hold-for"] is None and not (values["ramp-up"] or values["iterations"]):
        reading.mistake((*path, "throughput"), "needs hold-for, ramp-up or iterations to know when to end")
    if values["steps"] and not values["ramp-up"]:
        reading.mistake((*path, "steps"), "needs ramp-up, the time over which the steps are taken")
    scenario = scenarios.get(name) or {key.name: key.default_value for key in SCENARIO_KEYS}
    return TrialSettings(
        name=f"{index + 1}-{name}",
        scenario=name,
        workload=scenario["workload"] or name,
        weights=scenario["weights"],
        load=Load(
            concurrency=cast("int", values["concurrency"]),
            throughput_per_s=values["throughput"],
            ramp_up_s=cast("float", values["ramp-up"]),
            hold_for_s=values["hold-for"],
            steps=values["steps"],
            iterations=values["iterations"],
            arrivals=scenario["arrivals"],
            connection=scenario["connection"],
            workers=workers,
        ),
    )


def _names(*groups: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(name for group in groups for name in group))
