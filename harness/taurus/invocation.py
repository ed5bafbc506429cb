"""Calling bzt from our own command line: the same job, checked before bzt starts."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from bzt.cli import main as bzt_main

from harness.model import SettingsError
from harness.settings import read_job
from harness.taurus.config_files import locator


def check_settings(
    config: str, overrides: Sequence[str], environ: Mapping[str, str], scenarios: Sequence[str] = ()
) -> None:
    """SettingsError with every mistake of the file, the overrides (``a.b=c``) and the environment."""
    content = _load(config)
    for override in overrides:
        path, value = override.split("=", 1)
        section = content
        *parents, last = path.split(".")
        for part in parents:
            section = section.setdefault(part, {})
        section[last] = yaml.safe_load(value)
    content = {str(name).lstrip("~^$"): value for name, value in _only(content, scenarios).items()}
    read_job(content, environ, locator([Path(config)]))


def run_bzt(config: str, overrides: Sequence[str], scenarios: Sequence[str] = ()) -> int:
    """Run bzt in this process and return its exit code."""
    with _config_file(config, scenarios) as file:
        options = [part for override in overrides for part in ("-o", override)]
        sys.argv = ["bzt", file, *options]
        try:
            bzt_main()
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 1
        return 0


@contextmanager
def _config_file(config: str, scenarios: Sequence[str]) -> Iterator[str]:
    if not scenarios:
        yield config
        return
    with tempfile.TemporaryDirectory(prefix="rssbench-") as folder:
        file = Path(folder) / Path(config).name
        file.write_text(yaml.safe_dump(_only(_load(config), scenarios), sort_keys=False))
        yield str(file)


def _load(config: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(Path(config).read_text())
    except yaml.YAMLError as error:
        raise SettingsError([f"{config}: not YAML: {' '.join(str(error).split())}"]) from error
    if not isinstance(content, dict):
        raise SettingsError([f"{config}: a Taurus configuration is a mapping of keys"])
    return content


def _only(content: dict[str, Any], scenarios: Sequence[str]) -> dict[str, Any]:
    if not scenarios:
        return content
    executions = [entry for entry in content.get("execution") or [] if isinstance(entry, dict)]
    names = [str(entry.get("scenario")) for entry in executions]
    if unknown := [name for name in scenarios if name not in names]:
        raise SettingsError(
            [f"--scenario: {name!r} is not allowed; allowed: {', '.join(names)}" for name in unknown]
        )
    return content | {"execution": [entry for entry in executions if str(entry.get("scenario")) in scenarios]}
