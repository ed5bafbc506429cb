"""The record of a bisection on disk: written before anything is measured, always true, continued by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.bisection import BisectResult, BisectSettings, RangeBuild
from harness.errors import SettingsError
from harness.measure.kept_record import NOT_FINISHED, KeptRecord, beginning
from harness.provenance import another_machine
from harness.store import BISECTION

#: Where both ends of the range are compared, below the folder of the bisection.
ENDS_FOLDER = "good-bad"


class BisectRecord(KeptRecord[BisectResult]):
    """Keeps ``bisect.json`` in a folder, with the comparisons below it."""

    kind = BISECTION

    @classmethod
    def new(
        cls, directory: Path, *, command: str, settings: BisectSettings, builds: Sequence[RangeBuild]
    ) -> BisectRecord:
        """Of a bisection that begins. RssbenchError when it cannot be written."""
        record = cls(
            directory,
            BisectResult(
                **beginning(BISECTION, directory, command),
                outcome="inconclusive",
                settings=settings,
                builds=tuple(builds),
                comparison_folder=ENDS_FOLDER,
            ),
        )
        record.update()
        return record

    @classmethod
    def continued(cls, directory: Path, budget_s: float) -> BisectRecord:
        """Of a bisection that was begun before, with more time. RssbenchError when there is none, SettingsError
        when it was begun on another machine."""
        result = BISECTION.read(directory)
        if elsewhere := another_machine(result.environment):
            raise SettingsError([f"{directory}: {elsewhere}; it can be continued there only"])
        record = cls(directory, result)
        settings = msgspec.structs.replace(result.settings, budget_s=budget_s)
        record.update(status="incomplete", problems=(NOT_FINISHED,), settings=settings)
        return record
