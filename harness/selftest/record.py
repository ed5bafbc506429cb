"""The record of a self-test on disk: true after every step, and continued by later invocations."""

from __future__ import annotations

import datetime as dt
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from harness.errors import RssbenchError, SettingsError
from harness.model import BuildIdentity
from harness.provenance import another_machine, describe_environment
from harness.selftest_result import SELFTEST_SCHEMA_VERSION, Effort, SelftestResult, SelftestSettings
from harness.store import SELFTEST


class SelftestRecord:
    """Keeps ``selftest.json`` in a directory."""

    def __init__(self, directory: Path, result: SelftestResult) -> None:
        self.directory = directory
        self.result = result

    @classmethod
    def new(cls, directory: Path, settings: SelftestSettings, command: str) -> SelftestRecord:
        """RssbenchError when it cannot be written."""
        record = cls(
            directory,
            SelftestResult(
                schema_version=SELFTEST_SCHEMA_VERSION,
                run_id=directory.name,
                started_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                commands=(command,),
                environment=describe_environment(""),
                settings=settings,
            ),
        )
        record.update()
        return record

    @classmethod
    def continued(cls, directory: Path, command: str) -> SelftestRecord:
        """SettingsError on another machine than before: what is added must describe the same one. RssbenchError
        when there is no self-test."""
        result = SELFTEST.read(directory)
        if elsewhere := another_machine(result.environment):
            raise SettingsError([f"{directory}: {elsewhere}; begin a new self-test"])
        record = cls(directory, result)
        record.update(commands=(*result.commands, command))
        return record

    def built(self, baseline: BuildIdentity) -> None:
        """RssbenchError when what was measured before had other packages."""
        known = self.result.baseline
        if known is not None and known.environment_key != baseline.environment_key:
            raise RssbenchError(
                f"{self.directory}: was measured with environment {known.environment_key}, now DIRAC "
                f"{baseline.dirac_version} has {baseline.environment_key}; begin a new self-test"
            )
        self.update(baseline=baseline)

    def update(self, **changes: object) -> None:
        self.result = msgspec.structs.replace(self.result, **changes)
        SELFTEST.write(self.result, self.directory)

    @contextmanager
    def spending(self, what: str, progress: Callable[[str], None]) -> Iterator[Callable[[str], None]]:
        """What is done inside is recorded as one effort however it ends, if it added anything.

        It calls what it is given with a line of progress for each trial that it has added.
        """
        began_s, began_at = time.monotonic(), dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        loads, added = [os.getloadavg()[0]], 0

        def add(line: str) -> None:
            nonlocal added
            added += 1
            loads.append(os.getloadavg()[0])
            progress(line)

        try:
            yield add
        finally:
            if added:
                minutes = (time.monotonic() - began_s) / 60
                load_average = (min(loads), statistics.median(loads), max(loads))
                effort = Effort(what, began_at, minutes, added, load_average)
                self.update(efforts=(*self.result.efforts, effort))
