"""From taurus.yml and the environment to a checked :class:`Job`: all mistakes at once, or none.

An environment variable wins over the file. Nothing is started or written here.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from harness.model import Load, SettingsError
from harness.settings_keys import (
    EXECUTION_KEYS,
    INDEX_VARIABLES,
    INTERNAL_VARIABLES,
    LOAD_KEYS,
    NEEDED_MODULES,
    REPORT_KEYS,
    SCENARIO_KEYS,
    SECTIONS,
    STACK_KEYS,
    Key,
)
from scenarios.workloads import WORKLOADS

#: Keys that belong to Taurus and may stand in our sections.
TAURUS_KEYS = {
    "modules": frozenset({"class", "module", "disable", "run-at"}),
    "execution": frozenset({"executor", "delay", "start-at", "files", "env"}),
    "scenarios": frozenset(),
}

#: Top-level keys that Taurus knows.
TOP_LEVEL_KEYS = frozenset(
    {"settings", "modules", "execution", "scenarios", "services", "reporting", "provisioning", "cli"}
    | {"cli-aliases", "included-configs", "version", "install-id"}
)

#: Names the file in which a key stands, for a path such as ("modules", "rss-stack", "profile").
Locate = Callable[[tuple[str | int, ...]], str]


@dataclass(frozen=True)
class TrialSettings:
    """One entry of ``execution``."""

    name: str
    scenario: str
    workload: str
    load: Load
    weights: dict[str, float] | None


@dataclass(frozen=True)
class Job:
    """Everything a run needs to know, checked."""

    build: str
    profile: str
    seed: int
    service_port: int | None
    exact: bool
    cache_folder: Path
    stack_folder: Path
    request_timeout_s: float
    drain_timeout_s: float
    criteria: tuple[str, ...]
    trials: tuple[TrialSettings, ...]


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
    reading = _Reading(environ, locate)
    reading.check_variables()
    config = reading.mapping(config, ())
    for name in sorted(set(map(_plain, config)) - TOP_LEVEL_KEYS):
        reading.unknown((name,), name, TOP_LEVEL_KEYS)
    modules = reading.mapping(config.get("modules"), ("modules",))
    stack = reading.section(modules.get("rss-stack"), ("modules", "rss-stack"), STACK_KEYS)
    load = reading.section(modules.get("rss-load"), ("modules", "rss-load"), LOAD_KEYS)
    report = reading.section(modules.get("rss-report"), ("modules", "rss-report"), REPORT_KEYS)
    trials = _read_trials(config, reading, int(load["workers"] or 1))
    reading.need_modules(config)
    if reading.mistakes:
        raise SettingsError(reading.mistakes)
    return Job(
        build=stack["build"],
        profile=stack["profile"],
        seed=stack["seed"],
        service_port=stack["port"],
        exact=stack["exact"],
        cache_folder=_folder(stack["cache"], default=cache_folder()),
        stack_folder=_folder(stack["folder"], default=stack_folder()),
        request_timeout_s=load["request-timeout"],
        drain_timeout_s=load["drain-timeout"],
        criteria=report["criteria"],
        trials=tuple(trials),
    )


def _read_trials(config: Mapping[str, Any], reading: _Reading, workers: int) -> list[TrialSettings]:
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
    content: Any, index: int, scenarios: Mapping[str, Any], reading: _Reading, workers: int
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


class _Reading:
    """Collects mistakes while sections are read."""

    def __init__(self, environ: Mapping[str, str], locate: Locate) -> None:
        self.environ = environ
        self.locate = locate
        self.mistakes: list[str] = []

    def mistake(self, path: tuple[str | int, ...], what: str) -> None:
        self.mistakes.append(f"{self.locate(path)}: {_dotted(path)}: {what}")

    def unknown(self, path: tuple[str | int, ...], name: str, allowed: Iterable[str]) -> None:
        allowed = sorted(allowed)
        close = difflib.get_close_matches(name, allowed, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        self.mistake(path, f"unknown key; allowed: {', '.join(allowed)}{hint}")

    def mapping(self, content: Any, path: tuple[str | int, ...]) -> Mapping[str, Any]:
        if content is None:
            return {}
        if not isinstance(content, Mapping):
            self.mistake(path, f"{content!r} is not allowed; allowed: keys with values")
            return {}
        return dict(content)  # bzt's own mapping answers {} for what it does not have

    def need_modules(self, config: Mapping[str, Any]) -> None:
        for section, module in NEEDED_MODULES.items():
            given = config.get(section)
            entries = given if isinstance(given, list) else []
            if module not in [one.get("module") if isinstance(one, Mapping) else one for one in entries]:
                self.mistake((section,), f"{module} is missing; allowed: a list that has it, such as [{module}]")

    def section(self, content: Any, path: tuple[str | int, ...], keys: tuple[Key, ...]) -> dict[str, Any]:
        """The values of one section by key; a wrong one is noted and replaced by its default."""
        given = self.mapping(content, path)
        names = {key.name for key in keys}
        for name in given:
            if _plain(name) not in names | TAURUS_KEYS[str(path[0])]:
                self.unknown((*path, str(name)), _plain(name), names)
        return {key.name: self._value(key, given, path) for key in keys}

    def _value(self, key: Key, given: Mapping[str, Any], path: tuple[str | int, ...]) -> Any:
        from_environment = bool(key.variable and key.variable in self.environ)
        value = self.environ[cast("str", key.variable)] if from_environment else given.get(key.name)
        if value is None:
            return key.default_value
        try:
            return key.read(value)
        except ValueError as error:
            what = f"{value!r} is not allowed; allowed: {error}"
            if from_environment:
                self.mistakes.append(f"environment: {key.variable}: {what}")
            else:
                self.mistake((*path, key.name), what)
            return key.default_value

    def check_variables(self) -> None:
        known = {key.variable for keys in SECTIONS.values() for key in keys if key.variable} | INDEX_VARIABLES
        for name in sorted(self.environ):
            if name.startswith("RSSBENCH_") and name not in known | INTERNAL_VARIABLES:
                allowed = ", ".join(sorted(known))
                self.mistakes.append(f"environment: {name}: unknown variable; allowed: {allowed}")


def _plain(name: object) -> str:
    # Taurus marks how a key is merged with a leading ~, ^ or $.
    return str(name).lstrip("~^$")


def _dotted(path: tuple[str | int, ...]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _names(*groups: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(name for group in groups for name in group))
