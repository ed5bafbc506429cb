"""Calling bzt from our own command line: the same job, checked before bzt starts."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from bzt.cli import CLI
from bzt.cli import main as bzt_main

from harness.errors import SettingsError
from harness.settings import Job, read_job
from harness.taurus.config_files import locator


def check_settings(
    config: str, overrides: Sequence[str], environ: Mapping[str, str], scenarios: Sequence[str] = ()
) -> Job:
    """The job that they ask for. SettingsError with every mistake of the file, the overrides (``a.b=c``) and the
    environment."""
    content = configuration(config)
    for override in overrides:
        path, value = override.split("=", 1)
        _put(content, path.split("."), yaml.safe_load(value))
    executions = _executions(content)
    for index in _others(executions, scenarios):
        del executions[index]
    return read_job(content | {"execution": executions}, environ, locator([Path(config)]))


def run_bzt(config: str, overrides: Sequence[str], scenarios: Sequence[str] = ()) -> int:
    """Run bzt in this process and return its exit code; ``scenarios``: only these of ``execution``, or all."""
    CLI.console_handler.setStream(sys.stderr)  # from its first line on
    # ^ is bzt's word for leaving out; as options, the recorded command repeats the run
    left_out = [f"execution.^{index}=" for index in _others(_executions(configuration(config)), scenarios)]
    sys.argv = ["bzt", config, *(part for override in (*overrides, *left_out) for part in ("-o", override))]
    try:
        bzt_main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def configuration(config: str) -> dict[str, Any]:
    """The file as a mapping, without Taurus's merge marks on its keys."""
    try:
        content = yaml.safe_load(Path(config).read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError([f"{config}: not YAML: {' '.join(str(error).split())}"]) from error
    except OSError as error:
        raise SettingsError([f"{config}: cannot be read: {error.strerror}"]) from error
    if not isinstance(content, dict):
        raise SettingsError([f"{config}: a Taurus configuration is a mapping of keys"])
    return {str(name).lstrip("~^$"): value for name, value in content.items()}


def _put(section: dict[str, Any], path: Sequence[str], value: object) -> None:
    """Set a key, and make the sections it is in. What is there and no section is left for the check to refuse."""
    *parents, last = path
    for part in parents:
        if section.get(part) is None:
            section[part] = {}
        if not isinstance(section[part], dict):
            return
        section = section[part]
    section[last] = value


def _executions(content: dict[str, Any]) -> list[Any]:
    given = content.get("execution") or []
    return list(given) if isinstance(given, list) else [given]


def _others(executions: Sequence[Any], scenarios: Sequence[str]) -> list[int]:
    """The places of the executions that were not asked for, last first. SettingsError for an unknown name."""
    names = [str(entry.get("scenario")) if isinstance(entry, dict) else "" for entry in executions]
    if unknown := [name for name in scenarios if name not in names]:
        allowed = ", ".join(dict.fromkeys(filter(None, names)))
        raise SettingsError([f"--scenario: {name!r} is not allowed; allowed: {allowed}" for name in unknown])
    return [place for place in reversed(range(len(names))) if scenarios and names[place] not in scenarios]
