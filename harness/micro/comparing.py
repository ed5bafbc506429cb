"""Two builds whose micro-benchmarks are compared: from their databases to the verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from msgspec.structs import replace

from harness.builds.environment import BuildEnvironment
from harness.compare.margins import margins_of
from harness.compare.stopping import decided
from harness.comparison import Judgement
from harness.dataset.profiles import PROFILES
from harness.errors import StackError
from harness.micro.databases import BuildDatabase, loaded_database
from harness.micro.observations import MicroObservations
from harness.micro.pairs import Pairs
from harness.micro.record import MicroRecord
from harness.micro_comparison import MicroComparison, MicroSettings

Progress = Callable[[str], None]


def compare_builds(  # noqa: PLR0913  what is compared, where to, and how it is told
    builds: tuple[BuildEnvironment, BuildEnvironment],
    tools: Path,
    settings: MicroSettings,
    record: MicroRecord,
    *,
    stack_root: Path,
    progress: Progress,
    check: Callable[[], None],
) -> MicroComparison:
    """Measure and judge. What was measured is on record however this ends; StackError when a process failed.

    ``tools``: the folder of pytest. ``check`` raises when somebody wants this to end.
    """
    deadline_s = time.monotonic() + settings.budget_s
    compared, control = MicroObservations(), MicroObservations()
    names = (builds[0].identity.name, builds[1].identity.name)

    def is_decided() -> bool:
        check()
        record.judge(compared, control, names)
        return is_clear(record.result.judgements)

    with record:
        try:
            with ExitStack() as ends:
                profile = PROFILES[settings.profile]
                first, second = (
                    ends.enter_context(loaded_database(one, profile, settings.seed, stack_root, progress))
                    for one in builds
                )
                _note_data_set(record, (first, second))
                pairs = Pairs((first, second), tools, record.directory / "pairs", settings.select, settings.seed)
                pairs.measure(compared, control, deadline_s, is_decided, progress)
        finally:
            record.judge(compared, control, names)
    return record.result


def is_clear(judgements: Sequence[Judgement]) -> bool:
    """Whether there is a verdict, and of each benchmark that is inconclusive a worsening beyond its limit would
    have been found: what got slower should have a name. A wrong answer ends it at once."""
    if any(one.verdict == "wrong" for one in judgements):
        return True
    return decided(judgements) and all(
        one.verdict != "inconclusive" or _is_resolved(one) for one in judgements if one.operation is not None
    )


def _is_resolved(judgement: Judgement) -> bool:
    margins = margins_of(judgement.question)
    detectable_ratio = judgement.smallest_detectable_ratio
    return detectable_ratio is not None and detectable_ratio <= 1.0 + margins.limit_ratio


def _note_data_set(record: MicroRecord, databases: tuple[BuildDatabase, BuildDatabase]) -> None:
    """StackError when the two builds do not have the same rows in the tables that both have."""
    rows = [database.stack.data_set.rows for database in databases]
    differing = [table for table in rows[0].keys() & rows[1].keys() if rows[0][table] != rows[1][table]]
    if differing:
        raise StackError(f"the data sets of both builds differ in {', '.join(sorted(differing))}: not compared")
    stack = databases[0].stack
    environment = replace(record.result.environment, database_version=stack.database_version)
    record.update(data_set=stack.data_set, environment=environment)
