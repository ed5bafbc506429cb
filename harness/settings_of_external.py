"""The settings of an RSS that runs already, and what the load may not do there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.external.files import file_problems
from harness.external.settings import ExternalSettings, Reached
from harness.model import Load
from harness.settings_keys import EXTERNAL_KEYS
from harness.settings_reading import Reading
from harness.stack.certificates import Identity
from harness.stack.releases import series_of
from scenarios.operations import OPERATIONS
from scenarios.own_elements import OWN_WRITES
from scenarios.workloads import WORKLOADS

_PATH = ("modules", "rss-stack", "external")
_NEEDED = ("url", "certificate", "key", "ca")


def read_external(
    stack: Mapping[str, Any], comparison: object | None, reading: Reading
) -> ExternalSettings | None:
    """None for a runtime that starts a stack; also when something is missing, which is then a mistake."""
    given = stack["external"]
    if stack["runtime"] != "external":
        if given is not None:
            reading.mistake(_PATH, "needs runtime: external")
        return None
    values = reading.section(given, _PATH, EXTERNAL_KEYS)
    if comparison is not None:
        reading.mistake(
            ("modules", "rss-stack", "runtime"), "a comparison starts both builds itself, not external"
        )
    missing = [name for name in _NEEDED if values[name] is None]
    for name in missing:
        # a wrong one is told already
        if not (isinstance(given, Mapping) and given.get(name) is not None):
            reading.mistake((*_PATH, name), "missing; an external RSS is reached by url, certificate, key and ca")
    if missing:
        return None
    files = {name: Path(values[name]).expanduser().absolute() for name in ("certificate", "key", "ca")}
    for name, problem in file_problems(**files, now=dt.datetime.now(dt.UTC)):
        reading.mistake((*_PATH, name), problem)
    series = series_of(values["version"])
    return ExternalSettings(
        reached=values["url"],
        ca_file=files["ca"],
        identity=Identity(files["certificate"], files["key"]),
        rate_limit_per_s=values["rate-limit"],
        allow_writes=values["allow-writes"],
        version=values["version"],
        encoding=series.encoding,
        setup=values["setup"] or "None",
        group=values["group"] or "",
        vo=values["vo"],
    )


def operations_of(workload: str, weights: Mapping[str, float] | None) -> frozenset[str]:
    """The names of what a trial sends."""
    return frozenset(weights or WORKLOADS[workload].operations)


def check_load(
    external: ExternalSettings, trials: Sequence[tuple[str, frozenset[str], Load]], reading: Reading
) -> None:
    """``trials``: name, operations and load of each entry of ``execution``."""
    for index, (name, operations, load) in enumerate(trials):
        path = ("execution", index)
        limit = external.rate_limit_per_s
        if load.throughput_per_s is not None and load.throughput_per_s > limit:
            reading.mistake(
                (*path, "throughput"),
                f"{load.throughput_per_s:g} requests/s are more than the rate-limit of {limit}/s allows",
            )
        if load.workers > limit:
            reading.mistake(_PATH, f"a rate-limit of {limit}/s cannot be shared by {load.workers} workers")
        if problem := _not_permitted(external, operations):
            reading.mistake((*path, "scenario"), f"{name}: {problem}")
        if problem := _out_of_reach(external.reached, operations):
            reading.mistake((*_PATH, "url"), f"{name}: {problem}")


def _not_permitted(external: ExternalSettings, operations: frozenset[str]) -> str | None:
    writes = {one.name for one in OPERATIONS if one.kind == "write"} & operations
    if writes and not external.allow_writes:
        return f"writes ({', '.join(sorted(writes))}); an external RSS is only read unless allow-writes: true"
    if others := sorted(writes - OWN_WRITES):
        return (
            f"{', '.join(others)} would touch what is not the suite's own; "
            f"writes allowed at an external RSS: {', '.join(sorted(OWN_WRITES))}"
        )
    return None


def _out_of_reach(reached: Reached, operations: frozenset[str]) -> str | None:
    needed = {one.service for one in OPERATIONS if one.name in operations}
    if missing := sorted(service for service in needed if not reached.has(service)):
        return f"needs {', '.join(missing)}; name its URL, too"
    return None
