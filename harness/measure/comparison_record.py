"""The record of a comparison on disk: written before anything is measured, always true, continued by hand."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.comparison import ComparisonResult, ComparisonSettings
from harness.errors import RssbenchError, SettingsError
from harness.measure.kept_record import NOT_FINISHED, KeptRecord, beginning
from harness.model import BuildIdentity, DataSet
from harness.provenance import another_machine
from harness.stats.multiplicity import FAMILY_ERROR_RATIO
from harness.store import COMPARISON


class ComparisonRecord(KeptRecord[ComparisonResult]):
    """Keeps ``comparison.json`` in a run directory."""

    kind = COMPARISON

    @classmethod
    def new(
        cls,
        directory: Path,
        *,
        command: str,
        settings: ComparisonSettings,
        builds: tuple[BuildIdentity, BuildIdentity],
    ) -> ComparisonRecord:
        """Of a comparison that begins. RssbenchError when it cannot be written."""
        record = cls(
            directory,
            ComparisonResult(
                **beginning(COMPARISON, directory, command),
                verdict="inconclusive",
                runtime=settings.runtimes[0],
                baseline=builds[0],
                contender=builds[1],
                data_set=None,
                settings=settings,
                family_error_ratio=FAMILY_ERROR_RATIO,
                judgements=(),
                control=(),
                exact=(),
                absent=(),
            ),
        )
        record.update()
        return record

    @classmethod
    def continued(
        cls, directory: Path, *, settings: ComparisonSettings, builds: tuple[BuildIdentity, BuildIdentity]
    ) -> ComparisonRecord:
        """Of a comparison that was begun before. SettingsError naming all that is not as it was then; the budget
        may differ. RssbenchError when there is none."""
        result = COMPARISON.read(directory)
        known = [build.environment_key if build else None for build in (result.baseline, result.contender)]
        checks = {
            "baseline": (known[0], builds[0].environment_key),
            "contender": (known[1], builds[1].environment_key),
            "lanes": (result.settings.lanes, settings.lanes),
            "operations": (result.settings.operations, settings.operations),
            "profile": (result.settings.profile, settings.profile),
            "seed": (result.settings.seed, settings.seed),
        }
        mistakes = [f"{what} was {was}, now it is {now}" for what, (was, now) in checks.items() if was != now]
        if elsewhere := another_machine(result.environment):
            mistakes.append(elsewhere)
        if mistakes:
            allowed = "only an equal comparison can be continued"
            raise SettingsError([f"{directory}: {mistake}; {allowed}" for mistake in mistakes])
        record = cls(directory, result)
        record.update(status="incomplete", problems=(NOT_FINISHED,), settings=settings)
        return record

    def data_set_is_loaded(self, data_set: DataSet, database_version: str) -> None:
        """RssbenchError when pairs that are there already were measured on other rows."""
        was = self.result.data_set
        if was is not None and was.rows != data_set.rows:
            raise RssbenchError(
                f"{self.directory}: the data set is not that of the pairs measured before: {data_set.rows} rows, "
                f"then {was.rows}; start a new comparison"
            )
        environment = msgspec.structs.replace(self.result.environment, database_version=database_version)
        self.update(data_set=data_set, environment=environment)
