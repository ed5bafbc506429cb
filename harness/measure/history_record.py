"""The record of a history on disk: written before anything is measured, always true, continued by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from harness.compare.change_points import timed_changes, trends, verdict_of
from harness.compare.counted_changes import counted_changes
from harness.errors import RssbenchError, SettingsError
from harness.history import HistoryBuild, HistoryResult, HistorySettings
from harness.measure.kept_record import NOT_FINISHED, KeptRecord, beginning
from harness.provenance import another_machine
from harness.stats.multiplicity import FAMILY_ERROR_RATIO
from harness.store import HISTORY


class HistoryRecord(KeptRecord[HistoryResult]):
    """Keeps ``history.json`` in ``directory``."""

    kind = HISTORY

    @classmethod
    def new(
        cls, directory: Path, *, command: str, settings: HistorySettings, builds: Sequence[HistoryBuild]
    ) -> HistoryRecord:
        """Of a history that begins. RssbenchError when it cannot be written."""
        record = cls(
            directory,
            HistoryResult(
                **beginning(HISTORY, directory, command),
                verdict="inconclusive",
                data_set=None,
                settings=settings,
                family_error_ratio=FAMILY_ERROR_RATIO,
                builds=tuple(builds),
            ),
        )
        record.update()
        return record

    @classmethod
    def continued(cls, directory: Path, *, budget_s: float, builds: Sequence[HistoryBuild]) -> HistoryRecord:
        """Of a history that was begun before; ``builds`` are those of now, and what is measured must be what it
        was. One that came to its end measures more pairs of every build. SettingsError naming all that is not as
        it was then; RssbenchError when there is none."""
        result = HISTORY.read(directory)
        elsewhere = another_machine(result.environment)
        mistakes = [elsewhere] if elsewhere else []
        mistakes += [
            f"{old.name} was {old.identity.environment_key}, now it is {_key(new)}"
            for old, new in zip(result.builds, builds, strict=True)
            if old.identity is not None and not old.missing and _key(new) != old.identity.environment_key
        ]
        if mistakes:
            allowed = "only an equal history can be continued"
            raise SettingsError([f"{directory}: {mistake}; {allowed}" for mistake in mistakes])
        record = cls(directory, result)
        more = result.status == "complete"
        merged = [
            new if old.missing else _reopened(old, more=more and old.name != result.settings.reference)
            for old, new in zip(result.builds, builds, strict=True)
        ]
        settings = replace(result.settings, budget_s=budget_s)
        record.update(status="incomplete", problems=(NOT_FINISHED,), settings=settings, builds=tuple(merged))
        return record

    def build(self, name: str) -> HistoryBuild:
        return next(build for build in self.result.builds if build.name == name)

    def put(self, build: HistoryBuild) -> None:
        """In place of the build of the same name; changes, trends and verdict are those of all that is there."""
        builds = tuple(build if one.name == build.name else one for one in self.result.builds)
        self.update(builds=builds, **judged(builds, self.result.settings.reference))


def judged(builds: Sequence[HistoryBuild], reference: str) -> dict[str, object]:
    """Fields of a history that follow from what its builds measured."""
    timed, counted, found = timed_changes(builds, reference), counted_changes(builds), trends(builds, reference)
    order = {build.name: place for place, build in enumerate(builds)}
    changes = tuple(sorted((*counted, *timed), key=lambda change: order[change.later]))
    return {"changes": changes, "trends": found, "verdict": verdict_of(changes, found)}


def recover_history(directory: Path) -> HistoryResult:
    """The history in ``directory``, judged anew. RssbenchError when there is none."""
    result = HISTORY.read(directory)
    return replace(result, **judged(result.builds, result.settings.reference))


def _reopened(build: HistoryBuild, *, more: bool) -> HistoryBuild:
    """What went wrong in a build that is not finished may go right now; ``more`` opens one that is."""
    return build if build.finished and not more else replace(build, finished=False, problems=())


def _key(build: HistoryBuild) -> str:
    if build.identity is None:
        raise RssbenchError(f"{build.name} was measured before, but now it {'; '.join(build.problems)}")
    return build.identity.environment_key
